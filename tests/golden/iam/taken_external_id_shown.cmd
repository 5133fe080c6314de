check --cloudformation taken_external_id_shown.yaml # only 09

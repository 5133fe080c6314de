check --cloudformation taken_external_id.yaml # only 14

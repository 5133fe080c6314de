# several: policies, one a command
# What an organization lets through needs no word.
check shop_known.yaml --scp scp_fine.json --scp scp_full.json --task-role-policy shop_policy.json # only 14
check shop_known.yaml --scp scp_unsure.json # only 14
# A list beside one that allows everything: on which level each is, nobody says.
check shop_known.yaml --scp scp_list.json --scp scp_full.json # only 14
check shop_known.yaml --scp scp_list.json # only 14
check shop_known.yaml --scp scp_deny.json --task-role-policy shop_policy.json # only 14
# Roles of templates too.
check --cloudformation taken_on.yaml --scp scp_list.json # only 14
# Without policies of roles, what a task definition needs of its execution role is held against them too.
check shop_known.yaml --task-definition shop_task.json --scp scp_list.json # only 14

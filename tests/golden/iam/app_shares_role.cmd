check shop.yaml --task-role-policy shop_policy.json --task-definition shop_task.json --fix # only 09
cat shop_policy.json

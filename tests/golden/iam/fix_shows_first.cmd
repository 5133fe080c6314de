check shop.yaml --task-role-policy shop_policy.json --fix # only 09
cat shop_policy.json
check shop.yaml --task-role-policy shop_policy.json --fix --write # only 09
cat shop_policy.json

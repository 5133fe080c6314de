# A function has the role too.
check shop.yaml --task-role-policy shop_policy.json --task-role-trust shared_trust.json --fix # only 09

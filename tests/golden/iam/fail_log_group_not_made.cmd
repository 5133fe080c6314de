check shop_known.yaml --task-role-policy shop_no_create.json # only 09

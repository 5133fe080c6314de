check shop.yaml --task-role-policy shop_stream.json # only 09

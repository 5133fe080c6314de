check shop_known.yaml --task-role-policy shop_other_stream.json # only 09

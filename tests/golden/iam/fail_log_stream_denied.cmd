check shop.yaml --task-role-policy shop_stream_denied.json # only 09

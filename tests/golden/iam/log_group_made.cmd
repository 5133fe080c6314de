check shop_known.yaml --cloudformation shop_template.yaml # only 09
check shop_known.yaml --task-role-policy shop_no_create.json --log-group /shop/metrics # only 09

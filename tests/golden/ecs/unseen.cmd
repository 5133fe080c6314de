# What ECS fetches is not all to be seen, so little is called unused; what it never calls still is.
check --terraform unseen.tf # only 09

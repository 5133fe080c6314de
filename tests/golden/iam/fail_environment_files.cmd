# ECS fetches environment files itself, and whose key a secret has is not to be seen.
check --task-definition environment_files_task.json --execution-role-policy environment_files_less.json --account 123456789012 --region us-east-1 # only 09

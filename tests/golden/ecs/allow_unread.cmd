check --task-definition good.json --allow nowhere.txt

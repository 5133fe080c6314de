print-config base.yaml nowhere.yaml
graph
graph broken.yaml

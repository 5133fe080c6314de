# several: files, one a command
print-config base.yaml nowhere.yaml
graph
graph broken.yaml

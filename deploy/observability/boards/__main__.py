"""Write the boards anew."""

from deploy.observability.boards.writing import write

for path in write():
    print(path)

print("cms-client")

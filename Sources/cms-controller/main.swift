print("cms-controller")

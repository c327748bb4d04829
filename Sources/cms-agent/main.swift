print("cms-agent")

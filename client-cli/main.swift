print("zona")

print("calibrant")

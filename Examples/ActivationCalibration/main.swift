print("ActivationCalibration")

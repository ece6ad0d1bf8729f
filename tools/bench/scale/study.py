"""Studies of many runs that cost next to nothing, for measurements of what is around them."""


def study(units, steps=1, lambdas=1):
    """Text of a study of `units` units, each with 2 + `lambdas` runs."""
    weights = ", ".join(str(0.5 + i) for i in range(lambdas))
    return f"""title = "{units} units"
seeds = {units}
[task]
name = "mfh-gamma"
v = [0]
rows = 10
test-rows = 20
moment-rows = 60
[teacher]
allow-chance = true
calibrate = false
[training]
weights = "last"
validation = 0
optimiser = "sgd"
steps = {steps}
batch = 0
[teacher-training]
weights = "last"
validation = 0
optimiser = "sgd"
steps = {steps}
batch = 0
[distil]
lambda = [{weights}]
"""

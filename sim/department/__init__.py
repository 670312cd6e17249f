"""What an emergency department is: frozen, checked values and pure rules.

Nothing here draws a random number, keeps a clock or reads a file.
"""

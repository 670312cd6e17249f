"""Speed, memory and start of the engines beside each other, beside other libraries, and beside what is unavoidable.

`python -m benchmarks` runs everything; README.md says in words how each figure is measured.
"""

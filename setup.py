"""The one thing that setup.cfg cannot hold: what is compiled, where there is a compiler."""

from setuptools import Extension, setup

# Without a compiler router/edge/native.py does the same in Python.
setup(ext_modules=[Extension("router.edge._native", ["router/edge/_native.c"], optional=True)])

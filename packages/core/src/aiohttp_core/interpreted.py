"""What a hot module sees in place of the Cython compiler when it runs interpreted.

A hot module is one typed ``.py`` file with a ``.pxd`` beside it.  Its innermost kernels carry two
bodies under ``if cython.compiled:``; this module gives the name ``cython`` a meaning when no
compiler was there, so that nothing of Cython is imported at run time.
"""

compiled = False

"""Makes Keras know the classes of kp2part, without importing Keras.

A `.keras` file names our layers and losses ("kp2part>TaskLabel"), and Keras
finds a class of that name only if the class's module has been imported. So
after `import kp2part`, before or after `import keras`,

    keras.models.load_model("run/model.keras")

must work; but `import kp2part` must not take the seconds that Keras takes.
Keras has no entry point for classes of other packages, nor does it import the
module that a file names. What is left is to import our modules when Keras is
imported: at once if it has been, else by a finder on `sys.meta_path`, which
asks the other finders for Keras and extends what loading it does. The finder
costs one comparison of strings per import, and leaves when Keras is there.
"""

import importlib
import sys

# The modules in which a class is registered: a test compares the list.
MODULES = (
    "kp2part.models.losses",
    "kp2part.models.metadata",
    "kp2part.models.palette",
    "kp2part.models.small_parts",
)


def install():
    """Has `MODULES` imported as soon as Keras is imported, now or later."""
    if "keras" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _KerasFinder())


def _register():
    for name in MODULES:
        importlib.import_module(name)


class _KerasFinder:
    """Finds Keras as the other finders do, and registers once it is loaded.

    Not an `importlib.abc.MetaPathFinder`: that import alone takes as long as
    the rest of `import kp2part`.
    """

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        # Not removed here: who calls `importlib.util.find_spec("keras")` may
        # only want to know whether there is one.
        for finder in sys.meta_path:
            if finder is not self:
                spec = finder.find_spec(fullname, path, target)
                if spec is not None:
                    self._extend(spec)
                    return spec
        return None

    def _extend(self, spec):
        loader = spec.loader
        if loader is None:  # A folder called keras: not the package.
            return
        execute = loader.exec_module

        def exec_module(module):
            execute(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            _register()

        # On the instance, which is of this import alone: its class and its
        # other methods stay as they are.
        loader.exec_module = exec_module

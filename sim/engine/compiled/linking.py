"""How the parts of the loop become machine code: typed one by one, linked, and optimised once, as a whole.

Left alone, Numba optimises every function together with all it calls and makes machine code of each, which takes
several times as long and is never run. This reaches into Numba's own classes; the dependency is bound to the version it
was tried on.
"""

from typing import Any

from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class PartOfLoop(JITCodeLibrary):
    """Code that is only linked into other code: nobody calls it from outside."""

    @property
    def codegen(self) -> Any:
        return WithoutEnvironments(self._codegen)

    def _optimize_final_module(self) -> None:
        """What it is linked into is optimised."""

    def _finalize_final_module(self) -> None:
        """It is whole, and no machine code is made of it."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """There is no machine code to point to."""
        return 0


class WithoutEnvironments:
    """The code generator, for code that has no environment of Python objects."""

    def __init__(self, codegen: Any) -> None:
        self.inner = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def set_env(self, name: str, environment: Any) -> None:
        """Compiled parts raise nothing and hold no objects."""


class CompilerOfParts(Compiler):
    """Numba's compiler, keeping what it makes as a part of the loop."""

    def define_pipelines(self) -> Any:
        codegen = self.state.targetctx.codegen()
        self.state.library = PartOfLoop(codegen, self.state.func_id.func_qualname)
        return super().define_pipelines()


ENVIRONMENT = "_ZN08NumbaEnv"
"""How names of environments of Python objects begin."""


class WholeLoop(JITCodeLibrary):
    """The loop with all its parts: what is not called from outside belongs to it alone and may be taken apart.

    The places for environments of what it calls are among it, and go since nothing uses them: each would be made, and
    the module it comes from loaded, whenever machine code that was kept is.
    """

    def __init__(self, codegen: Any, name: str) -> None:
        super().__init__(codegen, name)
        self.own: set[str] = set()

    def add_ir_module(self, ir_module: Any) -> None:
        self.own.update(ir_module.globals)
        super().add_ir_module(ir_module)

    def _optimize_final_module(self) -> None:
        for variable in self._final_module.global_variables:
            if variable.name.startswith(ENVIRONMENT) and variable.name not in self.own:
                variable.linkage = Linkage.internal
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        super()._optimize_final_module()


class CompilerOfTheWhole(Compiler):
    """Numba's compiler, optimising the loop as a whole."""

    def define_pipelines(self) -> Any:
        codegen = self.state.targetctx.codegen()
        self.state.library = WholeLoop(codegen, self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super().define_pipelines()

//===- Passes.td - Transformations of h3 modules ------------*- tablegen -*-===//

#ifndef H3_TRANSFORMS_PASSES
#define H3_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def PackPanels : Pass<"h3-pack-panels", "::mlir::ModuleOp"> {
  let summary = "give dense weights the layout that the kernels stream";
  let description = [{
    The weight of every `h3.linear` is packed by `h3.pack_panels`. An embedding
    table that is also the weight of a linear (a tied head) is read from the
    panels as well, so that it is stored once.
  }];
  let options = [Option<"width", "width", "int64_t", "16",
                        "output features in a panel">];
}

def FoldParameters : Pass<"h3-fold-parameters", "::mlir::ModuleOp"> {
  let summary = "move functions of parameters into the weight writer's recipe";
  let description = [{
    A function of weights (`h3.pack_panels`, `h3.diag_modes`, `h3.conv_spectrum`, ...)
    of parameters becomes a parameter whose recipe it is. Where an operand has a
    recipe of its own, that comes before it. Parameters without a use are erased.
  }];
}

def LayoutParameters : Pass<"h3-layout-parameters", "::mlir::ModuleOp"> {
  let summary = "give every parameter its place in the weight file";
  let description = [{
    Offsets are multiples of 64 bytes, in the order of the parameters. The size of
    all is recorded as `h3.weights_bytes` on the module.
  }];
}

def DropResults : Pass<"h3-drop-results", "::mlir::ModuleOp"> {
  let summary = "drop results that were written in place";
  let description = [{
    After bufferisation. A function that returns its own arguments, as layers on
    `outs` operands do, returns nothing. Other results are an error.
  }];
}

def BindBuffers : Pass<"h3-bind-buffers", "::mlir::ModuleOp"> {
  let summary = "place all buffers of a step in those that the runtime passes";
  let description = [{
    After bufferisation and `h3-drop-results`. The step function gets the arguments that the runtime
    knows (`H3StepArgs`): parameters become views of the weights, arguments with
    `h3.role` `state` or `cache` become slices of a slot, and every allocation gets a
    range of the arena, shared with others that do not live at the same time.
    The sizes are recorded on the module as `h3.state_floats`, `h3.cache_floats`
    and `h3.arena_bytes`.
  }];
  let options = [Option<"maxTokens", "max-tokens", "int64_t", "512",
                        "rows of a step at most">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def OutlineKernels : Pass<"h3-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "share one function between equal layers";
  let description = [{
    Every h3 layer on memrefs becomes the call of a private function that holds
    it. Layers with equal operation, attributes and types share one, so that
    code size and compile time do not grow with the depth of the model.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def DistributeThreads : Pass<"h3-distribute-threads", "::mlir::ModuleOp"> {
  let summary = "run parallel loops on the threads of a team";
  let description = [{
    Every thread executes the step function. Each function gets the arguments
    `team`, `thread` and `threads`; each outermost `scf.parallel` becomes a loop over the
    thread's contiguous share of the tasks and a barrier. What stands outside of
    parallel loops is executed by all threads and must not write to memory that
    they share.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect"];
}

def VerifyPhase : Pass<"h3-verify-phase", "::mlir::ModuleOp"> {
  let summary = "check that nothing is left of an earlier phase";
  let description = [{
    Stands at the end of each phase of a pipeline and changes nothing. After

    - `tensor`, functions of parameters are folded and parameters have their place;
    - `buffer`, there are no tensors, no allocations and no parameters as values;
    - `vector`, there are no layers and no parallel loops;
    - `llvm`, there is the LLVM dialect, and `h3.parameter` for the weight writer.
  }];
  let options = [Option<"phase", "phase", "std::string", "",
                        "tensor, buffer, vector or llvm">];
}

#endif // H3_TRANSFORMS_PASSES

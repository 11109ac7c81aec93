//===- Passes.td - Transformations of h3 modules ------------*- tablegen -*-===//

#ifndef H3_TRANSFORMS_PASSES
#define H3_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

/// What the cost model knows of the target, by default a core with AVX-512.
defvar TargetFigureOptions = [
  Option<"multiplyAdds", "multiply-adds", "double", "128",
         "multiply-adds of one core in a nanosecond">,
  Option<"bandwidth", "bandwidth", "double", "24",
         "bytes from memory of one core in a nanosecond">,
  Option<"cacheBytes", "cache-bytes", "int64_t", "1048576",
         "what stays in a core's cache from call to call">];

def SelectForm : Pass<"h3-select-form", "::mlir::ModuleOp"> {
  let summary = "choose the form of SSMs and convolutions by a cost model";
  let description = [{
    Gives every `h3.diag_ssm`, `h3.mixer` and `h3.long_conv` without a `form` the
    cheapest that it can have, by the model of `FormCosts.h` and the figures of the
    target. An op that carries states may be cut anywhere into steps; with `exact`
    it gets a form whose bits do not depend on the cuts. The form `fft` of a
    `h3.diag_ssm` needs modes that are functions of weights; it gets a spectrum
    of at least as many taps as it has rows, and the cost of the blocks into which
    `h3-split-sequences` cuts them.

    Emits an analysis remark for each op: the costs of all forms in nanoseconds per
    element on one core, and why the others were left out. With `available`, forms
    that it does not name are left out; an op for which none is left is an error.
  }];
  let options = !listconcat([
    Option<"rows", "rows", "int64_t", "512",
           "rows of a sequence, where the type does not say">,
    Option<"lanes", "lanes", "int64_t", "16", "floats in a vector register">,
    Option<"form", "form", "std::string", "",
           "the form for every op that can have it: recurrence, chunked, direct "
           "or fft; empty: the cheapest">,
    Option<"exact", "exact", "bool", "true",
           "keep the bits of ops with states, however a sequence is cut">,
    ListOption<"available", "available", "std::string",
               "the forms that the target has; empty: all">],
    TargetFigureOptions);
}

def SplitSequences : Pass<"h3-split-sequences", "::mlir::ModuleOp"> {
  let summary = "cut long sequences into blocks that pass on their state";
  let description = [{
    The spectrum of an `h3.diag_ssm` in the form `fft`, where it is that of the
    `h3.diag_kernel` of its own modes, becomes that of fewer taps: the cheapest
    number by the model of `FormCosts.h`, or what `block` says. The op takes longer
    sequences in blocks of that many rows, each of which goes on from the state
    that the last has left, so that transforms and spectra stay in the caches. Changes
    rounding: what came through long taps now comes through the state.
  }];
  let options = !listconcat([
    Option<"block", "block", "int64_t", "0",
           "rows of a block, a length that transforms have; 0: the cheapest">],
    TargetFigureOptions);
}

def FuseMixer : Pass<"h3-fuse-mixer", "::mlir::ModuleOp"> {
  let summary = "fuse shift SSM, gates and diagonal SSM";
  let description = [{
    `h3.head_contract` of `h3.diag_ssm` of `h3.head_expand` of `h3.shift_ssm`, for heads of
    width 1 over one batch, becomes `h3.mixer`: what lies between them never goes
    to memory. Left alone are wider heads, values with other uses, and a diagonal
    SSM in the form `fft`.
  }];
}

def PrecomputeSpectra : Pass<"h3-precompute-spectra", "::mlir::ModuleOp"> {
  let summary = "transform the kernels of fft convolutions once";
  let description = [{
    The kernel in time of an `h3.long_conv` in the form `fft` is replaced by its
    `h3.conv_spectrum` where it is a function of weights, so that calls need not
    transform it. Kernels that are arguments stay.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "16",
                        "floats in a vector register">];
}

def SsmToConv : Pass<"h3-ssm-to-conv", "::mlir::ModuleOp"> {
  let summary = "turn SSMs without states into convolutions";
  let description = [{
    An `h3.diag_ssm` without states or form, with one plane and a static number of
    rows, becomes an `h3.long_conv` with its `h3.diag_kernel`; an `h3.shift_ssm`
    without states one with its taps. The modes must be a function of weights.
    Changes rounding: the terms of the kernel are summed before those of the input.
  }];
}

def ConvToSsm : Pass<"h3-conv-to-ssm", "::mlir::ModuleOp"> {
  let summary = "turn convolutions with the kernel of an SSM back into the SSM";
  let description = [{
    An `h3.long_conv` with a skip term, without form, gates, activation and reversed
    kernel, whose kernel is an `h3.diag_kernel` at least as long as its rows becomes the
    `h3.diag_ssm` of its modes, without states. Shorter kernels would be truncated
    and stay. Changes rounding.
  }];
}

def TruncateKernels : Pass<"h3-truncate-kernels", "::mlir::ModuleOp"> {
  let summary = "cut tails of kernels that are proven to be small";
  let description = [{
    The kernel of an `h3.long_conv` loses the longest tail whose l1 norm is at most
    `l1` in every channel, so that outputs change by at most `l1` times the largest
    input. The norm is summed where the kernel is a constant, and bounded by `sum_m
    |w| |dA|^n / (1 - |dA|)` where it is the `h3.diag_kernel` of modes that are constants
    or, with the option `checkpoint`, functions of the weights in that file. Other
    kernels stay, and so do those of two directions. Emits a remark with the bound.
    Does nothing unless asked.
  }];
  let options = [Option<"l1", "l1", "double", "0",
                        "l1 norm of a tail that may go; 0: none">,
                 Option<"checkpoint", "checkpoint", "std::string", "",
                        "the file that holds the parameters' tensors">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def FuseProjections : Pass<"h3-fuse-projections", "::mlir::ModuleOp"> {
  let summary = "make dense layers of one input one layer";
  let description = [{
    Several `h3.linear` of the same tensor whose weights are functions of weights,
    such as those for queries, keys and values, become one with the rows of all
    weights (`h3.concat_rows`); their results are slices of its result. Left alone
    are layers that accumulate, and those whose results are used before the last
    of them.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def QuantizeWeights : Pass<"h3-quantize-weights", "::mlir::ModuleOp"> {
  let summary = "give dense weights a smaller type";
  let description = [{
    The weight of every `h3.linear` and the table of every `h3.embedding` is rounded
    (`h3.round_weight`) or quantised (`h3.quantize`), if it is a function of weights
    in single precision. Norms, biases and the parameters of SSMs stay as they are.
    A weight whose columns are no whole groups of 32 gets 8 bits instead of 4, and
    one whose columns are no multiple of `columns` stays as it is.
  }];
  let options = [Option<"type", "type", "std::string", "\"bf16\"",
                        "f32, bf16, f16, int8 or int4">,
                 Option<"columns", "columns", "int64_t", "1",
                        "columns that kernels take at once">];
}

def PackPanels : Pass<"h3-pack-panels", "::mlir::ModuleOp"> {
  let summary = "give dense weights the layout that the kernels stream";
  let description = [{
    The weight of every `h3.linear` is packed by `h3.pack_panels`. An embedding
    table that is also the weight of a linear (a tied head) is read from the
    panels as well, so that it is stored once. Values of bf16 stand in pairs of columns, 4
    bits in groups of 8, and bytes in groups of 4, unsigned, where the target has
    products of them, else in pairs.
  }];
  let options = [Option<"width", "width", "int64_t", "16",
                        "output features in a panel">,
                 Option<"byteDots", "byte-dots", "bool", "false",
                        "the target adds four products of bytes at once">];
}

def QuantizeActivations : Pass<"h3-quantize-activations", "::mlir::ModuleOp"> {
  let summary = "give inputs of dense layers the type that products take";
  let description = [{
    After `h3-pack-panels`. The input of an `h3.linear` with a packed weight in few
    bits is quantised by `h3.quantize_rows`: to bytes where the weight is unsigned or
    has 4 bits, else to pairs of 16 bits. With halves it is rounded by
    `h3.round_rows` where the target has products of halves; elsewhere the weight is
    widened. Layers of one input share the result.
  }];
  let options = [Option<"halfDots", "half-dots", "bool", "false",
                        "the target adds two products of bf16 at once">];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
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

def SpecializeRows : Pass<"h3-specialize-rows", "::mlir::ModuleOp"> {
  let summary = "other layers for few rows than for many, chosen at run time";
  let description = [{
    After bufferisation, for targets with a library of dense layers. An `h3.linear`
    becomes a choice: on at most `few` rows it is a kernel, which has the
    `h3.layer_norm` whose output it alone reads fused; on more rows the library's,
    after the norm, with its input rounded (`h3.round_rows`) and its weight widened
    (`h3.dequantize`) where the weight is in less than single precision. Layers with
    gelu and accumulate both stay kernels.

    An `h3.mixer` with states becomes a choice between `h3.mixer_scan` and
    `h3.mixer_output`, where sequences have at least two windows of `window` rows on
    average, and itself. The states of windows are planned for `max-tokens` rows.
  }];
  let options = [Option<"few", "few", "int64_t", "8", "rows at most">,
                 Option<"window", "window", "int64_t", "64",
                        "rows of a window, a power of two">,
                 Option<"maxTokens", "max-tokens", "int64_t", "512",
                        "rows of a step at most">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def BindBuffers : Pass<"h3-bind-buffers", "::mlir::ModuleOp"> {
  let summary = "place all buffers of a step in those that the runtime passes";
  let description = [{
    After bufferisation and `h3-drop-results`. The step function gets the arguments that the runtime
    knows (`H3StepArgs`): parameters become views of the weights, arguments with
    `h3.role` `state` or `cache` become slices of a slot, and every allocation gets a
    range of the arena, shared with others that do not live at the same time.
    The sizes are recorded on the module as `h3.state_floats`, `h3.cache_floats`
    and `h3.arena_bytes`, the columns of the logits as `h3.padded_vocab`.
  }];
  let options = [Option<"maxTokens", "max-tokens", "int64_t", "512",
                        "rows of a step at most">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def AddSampler : Pass<"h3-add-sampler", "::mlir::ModuleOp"> {
  let summary = "add the function that chooses tokens where the logits are";
  let description = [{
    After `h3-bind-buffers`. Beside the step function, a module with logits
    (`h3.padded_vocab`) gets a function `sample` of the buffers of `H3SampleArgs`,
    which is one `h3.sample`. For targets whose logits are not in the memory of the
    host.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
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
    - `gpu`, there are no layers;
    - `nvvm`, there are the LLVM and NVVM dialects in kernels;
    - `llvm`, there is the LLVM dialect, and `h3.parameter` for the weight writer.
  }];
  let options = [Option<"phase", "phase", "std::string", "",
                        "tensor, buffer, vector, gpu, nvvm or llvm">];
}

#endif // H3_TRANSFORMS_PASSES

// RUN: h3-opt %s --h3-gpu-parameter-pipeline -o %t.param
// RUN: h3-opt %t.param --h3-gpu-buffer-pipeline --h3-gpu-pipeline -o %t.gpu
// RUN: h3-opt %t.gpu --h3-nvvm-pipeline -o %t.nvvm
// RUN: h3-opt %t.nvvm --h3-gpu-host-pipeline -o %t.host
// RUN: FileCheck %s --check-prefix=PARAM < %t.param
// RUN: FileCheck %s --check-prefix=GPU < %t.gpu
// RUN: FileCheck %s --check-prefix=NVVM < %t.nvvm
// RUN: FileCheck %s --check-prefix=HOST --implicit-check-not="{{gpu|memref|func\.func|arith|nvvm}}" < %t.host
// A model of one SSM and a dense layer with a tied head, through every stage of
// a GPU.

// Weights stay in rows, at their places, and the SSM is a recurrence.
// PARAM: module attributes {h3.weights_bytes = {{[0-9]+}} : i64}
// PARAM: h3.parameter @w : tensor<100x24xf32> from ["w"] at 0
// PARAM-NOT: pack_panels
// PARAM: h3.diag_ssm form<recurrence>

// A kernel for each layer and its launch in the function of its name.
// GPU: module attributes {gpu.container_module,
// GPU: gpu.module @kernels {
// GPU: gpu.func @embedding({{.*}} kernel
// GPU: gpu.func @diag_ssm({{.*}} kernel
// GPU: gpu.func @gather_rows({{.*}} kernel
// GPU: gpu.func @linear({{.*}} kernel
// GPU: gpu.func @sample({{.*}} kernel
// GPU: func.func @step(
// GPU: call @embedding
// GPU: call @diag_ssm
// GPU: call @gather_rows
// GPU: call @linear
// GPU: func.func private @linear
// GPU: gpu.launch_func @kernels::@linear
// GPU: func.func @sample(
// GPU: gpu.launch_func @kernels::@sample

// The kernels are in LLVM and NVVM alone, memrefs in them pairs of pointers and
// numbers; what launches them stays.
// NVVM: gpu.module @kernels {
// NVVM-NOT: {{^ *(%.* = )?(arith|gpu|memref|scf|cf|math|vector|builtin|func|affine)\.}}
// NVVM: llvm.func @embedding(%arg0: !llvm.ptr, %arg1: !llvm.ptr, %arg2: i64, %arg3: i64, %arg4: i64, {{.*}} attributes {gpu.kernel, {{.*}}nvvm.kernel
// NVVM-NOT: {{^ *(%.* = )?(arith|gpu|memref|scf|cf|math|vector|builtin|func|affine)\.}}
// NVVM: nvvm.barrier
// NVVM-NOT: {{^ *(%.* = )?(arith|gpu|memref|scf|cf|math|vector|builtin|func|affine)\.}}
// NVVM: nvvm.shfl.sync bfly
// NVVM-NOT: {{^ *(%.* = )?(arith|gpu|memref|scf|cf|math|vector|builtin|affine)\.}}
// NVVM: func.func @step(
// NVVM: gpu.launch_func @kernels::@linear

// Nothing but LLVM and parameters is left; the kernels are names.
// HOST: h3.kernels = ["embedding", "diag_ssm", "gather_rows", "linear", "sample"]
// HOST: llvm.func @h3rt_launch(!llvm.ptr, i64, i64, i64, i64, i64, i64)
// HOST: h3.parameter @w
// HOST: llvm.func @step(
// HOST: llvm.call @linear(
// HOST: llvm.func @embedding(
// HOST: llvm.call @h3rt_launch(
// HOST: llvm.func @diag_ssm(
// HOST: llvm.call @h3rt_launch(
// HOST: llvm.func @gather_rows(
// HOST: llvm.call @h3rt_launch(
// HOST: llvm.func @linear(
// HOST: llvm.call @h3rt_launch(
// HOST: llvm.func @sample(
// HOST: llvm.call @h3rt_launch(

h3.parameter @w : tensor<100x24xf32> from ["w"]
h3.parameter @b : tensor<100xf32> from ["b"]
h3.parameter @modes : tensor<4x8x24xf32> from ["m"]
h3.parameter @skip : tensor<24xf32> from ["s"]

func.func @step(%tokens: tensor<?xi32>, %seqs: tensor<?xi32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %pos: tensor<?xi32>, %rows: tensor<?xi32>, %logits: tensor<?x100xf32> {h3.role = "logits"}, %s: tensor<?x8x2x24xf32> {h3.role = "state"}) -> (tensor<?x100xf32>, tensor<?x8x2x24xf32>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %tokens, %c0 : tensor<?xi32>
  %w = h3.get_parameter @w : tensor<100x24xf32>
  %b = h3.get_parameter @b : tensor<100xf32>
  %modes = h3.get_parameter @modes : tensor<4x8x24xf32>
  %skip = h3.get_parameter @skip : tensor<24xf32>
  %e = tensor.empty(%t) : tensor<?x24xf32>
  %x = h3.embedding ins(%tokens, %w : tensor<?xi32>, tensor<100x24xf32>) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
  %e2 = tensor.empty(%t) : tensor<?x24xf32>
  %y, %s1 = h3.diag_ssm ins(%x, %modes, %skip : tensor<?x24xf32>, tensor<4x8x24xf32>, tensor<24xf32>) batch(%starts, %slots, %pos : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%e2, %s : tensor<?x24xf32>, tensor<?x8x2x24xf32>) -> tensor<?x24xf32>, tensor<?x8x2x24xf32>
  %r = tensor.dim %rows, %c0 : tensor<?xi32>
  %e3 = tensor.empty(%r) : tensor<?x24xf32>
  %g = h3.gather_rows ins(%rows, %y : tensor<?xi32>, tensor<?x24xf32>) outs(%e3 : tensor<?x24xf32>) -> tensor<?x24xf32>
  %l = h3.linear {gelu} ins(%g, %w : tensor<?x24xf32>, tensor<100x24xf32>) bias(%b : tensor<100xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %l, %s1 : tensor<?x100xf32>, tensor<?x8x2x24xf32>
}

// RUN: h3-opt %s --h3-parameter-pipeline | FileCheck %s --check-prefix=PARAM
// RUN: h3-opt %s --h3-parameter-pipeline --h3-buffer-pipeline | FileCheck %s --check-prefix=BUFFER
// RUN: h3-opt %s --h3-parameter-pipeline --h3-buffer-pipeline --h3-vector-pipeline | FileCheck %s --check-prefix=VECTOR
// RUN: h3-opt %s --h3-cpu-pipeline | FileCheck %s --check-prefix=LLVM
// A model of one shift SSM with a tied head, through every stage.

// PARAM: module attributes {h3.weights_bytes = 11808 : i64}
// PARAM: h3.parameter @w.pack_panels : tensor<7x24x16xf32> from ["w"] at 0 {
// PARAM-NEXT: ^bb0(%[[W:.*]]: tensor<100x24xf32>):
// PARAM-NEXT: %[[P:.*]] = h3.pack_panels %[[W]] : tensor<100x24xf32> -> tensor<7x24x16xf32>
// PARAM-NEXT: h3.yield %[[P]] : tensor<7x24x16xf32>
// PARAM-NOT: h3.parameter @w :
// PARAM: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<7x24x16xf32>)

// BUFFER: h3.arena_bytes = 98304 : i64
// BUFFER-SAME: h3.state_floats = 120 : i64
// BUFFER: func.func @step(
// BUFFER-NOT: memref.alloc
// BUFFER-NOT: memref.copy
// BUFFER: call @embedding
// BUFFER: call @shift_ssm
// BUFFER: call @gather_rows
// BUFFER: call @linear

// VECTOR: func.func @step({{.*}}%{{.*}}: !llvm.ptr, %{{.*}}: index, %{{.*}}: index)
// VECTOR-NOT: scf.parallel
// VECTOR: call @h3rt_barrier

// LLVM: llvm.func @step
// LLVM-NOT: unrealized_conversion_cast
// LLVM: llvm.call @h3rt_barrier

h3.parameter @w : tensor<100x24xf32> from ["w"]
h3.parameter @b : tensor<100xf32> from ["b"]
h3.parameter @taps : tensor<5x24xf32> from ["t"]
h3.parameter @skip : tensor<24xf32> from ["s"]

func.func @step(%tokens: tensor<?xi32>, %seqs: tensor<?xi32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %pos: tensor<?xi32>, %rows: tensor<?xi32>, %logits: tensor<?x100xf32> {h3.role = "logits"}, %s: tensor<?x5x24xf32> {h3.role = "state"}) -> (tensor<?x100xf32>, tensor<?x5x24xf32>) {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %tokens, %c0 : tensor<?xi32>
  %w = h3.get_parameter @w : tensor<100x24xf32>
  %b = h3.get_parameter @b : tensor<100xf32>
  %taps = h3.get_parameter @taps : tensor<5x24xf32>
  %skip = h3.get_parameter @skip : tensor<24xf32>
  %e = tensor.empty(%t) : tensor<?x24xf32>
  %x = h3.embedding ins(%tokens, %w : tensor<?xi32>, tensor<100x24xf32>) outs(%e : tensor<?x24xf32>) -> tensor<?x24xf32>
  %e2 = tensor.empty(%t) : tensor<?x24xf32>
  %y, %s1 = h3.shift_ssm ins(%x, %taps, %skip : tensor<?x24xf32>, tensor<5x24xf32>, tensor<24xf32>) batch(%starts, %slots, %pos : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%e2, %s : tensor<?x24xf32>, tensor<?x5x24xf32>) -> tensor<?x24xf32>, tensor<?x5x24xf32>
  %r = tensor.dim %rows, %c0 : tensor<?xi32>
  %e3 = tensor.empty(%r) : tensor<?x24xf32>
  %g = h3.gather_rows ins(%rows, %y : tensor<?xi32>, tensor<?x24xf32>) outs(%e3 : tensor<?x24xf32>) -> tensor<?x24xf32>
  %l = h3.linear {gelu} ins(%g, %w : tensor<?x24xf32>, tensor<100x24xf32>) bias(%b : tensor<100xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %l, %s1 : tensor<?x100xf32>, tensor<?x5x24xf32>
}

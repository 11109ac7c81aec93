// RUN: h3-opt %s --h3-add-sampler -split-input-file -verify-diagnostics | FileCheck %s

// The logits are flat in the runtime, rows of the padded vocabulary here; there
// are as many as tokens are wanted.
// CHECK-LABEL: func.func @step(
// CHECK: func.func @sample(%[[FLAT:.*]]: memref<?xf32>, %[[V:.*]]: memref<?xi32>, %[[K:.*]]: memref<?xi32>, %[[S:.*]]: memref<?xf32>, %[[P:.*]]: memref<?xf64>, %[[D:.*]]: memref<?xf64>, %[[TOKENS:.*]]: memref<?xi32>) {
// CHECK: %[[ROWS:.*]] = memref.dim %[[TOKENS]]
// CHECK: %[[LOGITS:.*]] = memref.reinterpret_cast %[[FLAT]] to offset: [0], sizes: [%[[ROWS]], 504], strides: [504, 1] : memref<?xf32> to memref<?x504xf32>
// CHECK: h3.sample ins(%[[LOGITS]], %[[V]], %[[K]], %[[S]], %[[P]], %[[D]] : {{.*}}) outs(%[[TOKENS]] : memref<?xi32>)
// CHECK-NEXT: return
module attributes {h3.padded_vocab = 504 : i64} {
  func.func @step() {
    return
  }
}

// -----

// Nothing to choose from.
// CHECK-LABEL: func.func @without_logits(
// CHECK-NOT: @sample
func.func @without_logits() {
  return
}

// -----

// expected-error@+1 {{h3-add-sampler expects a module without a function 'sample'}}
module attributes {h3.padded_vocab = 504 : i64} {
  func.func private @sample()
}

// RUN: h3-opt %s --h3-layout-parameters -split-input-file -verify-diagnostics | FileCheck %s

// Offsets follow the order of the parameters, in multiples of 64 bytes; an
// earlier place is overwritten.
// CHECK: module attributes {h3.weights_bytes = 394 : i64}
// CHECK-NEXT: h3.parameter @a : tensor<5xf32> from ["a"] at 0
// CHECK-NEXT: h3.parameter @b : tensor<4x8xf32> from ["b"] at 64
// CHECK-NEXT: h3.parameter @c : tensor<33xf32> from ["c"] at 192
// CHECK: h3.get_parameter @a : tensor<5xf32>
// CHECK: h3.parameter @d : tensor<5xi16> from ["d"] at 384
h3.parameter @a : tensor<5xf32> from ["a"]
h3.parameter @b : tensor<4x8xf32> from ["b"]
h3.parameter @c : tensor<33xf32> from ["c"] at 7
func.func @user() -> tensor<5xf32> {
  %0 = h3.get_parameter @a : tensor<5xf32>
  return %0 : tensor<5xf32>
}
h3.parameter @d : tensor<5xi16> from ["d"]

// -----

// CHECK: module attributes {h3.weights_bytes = 0 : i64}
// CHECK-NEXT: func.func @no_parameters
func.func @no_parameters() {
  return
}

// -----

// expected-error@+1 {{'h3.parameter' op h3-layout-parameters expects a weight file below 2^48 bytes, found more with 'tensor<4611686018427387904xf32>'}}
h3.parameter @w : tensor<4611686018427387904xf32> from ["w"]

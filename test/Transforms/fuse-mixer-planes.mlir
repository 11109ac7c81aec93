// RUN: h3-opt %s --h3-fuse-mixer | FileCheck %s

// A diagonal SSM with fewer heads than channels shares modes among planes, which a mixer has not.
// CHECK-LABEL: @planes
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @planes(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x4xf32>, %dskip: tensor<4xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x4xf32>, tensor<4xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

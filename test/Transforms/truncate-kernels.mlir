// RUN: h3-opt %s --h3-truncate-kernels=l1=0.3 --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err
// RUN: h3-opt %s --h3-truncate-kernels -split-input-file | FileCheck %s --check-prefix=UNASKED
// RUN: not h3-opt %s --h3-truncate-kernels=l1=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: error: h3-truncate-kernels expects an l1 norm of at least 0, found -1
// UNASKED-NOT: tensor<3x2xf32>
// UNASKED-NOT: tensor<10x1xf32>

// The tails of the two channels from value 3 on have the norms 0.25 and 0.125;
// from value 2 on, one has 0.75. What is kept keeps its values.
// CHECK-LABEL: @constant
// CHECK: %[[K:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 1.000000e+00], [1.000000e+00, -2.000000e+00], [-5.000000e-01, 0.000000e+00]]> : tensor<3x2xf32>
// CHECK: h3.long_conv ins(%{{.*}}, %[[K]] : tensor<?x2xf32>, tensor<3x2xf32>)
// REMARK: remark: [Passed] truncate | Category:h3-truncate-kernels | Remark="kernel of 5 values cut to 3: the l1 norm of the tail is at most 2.50e-01"
func.func @constant(%u: tensor<?x2xf32>, %s: tensor<?xi32>, %y: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %k = arith.constant dense<[[1.0, 1.0], [1.0, -2.0], [-0.5, 0.0], [0.125, -0.125], [-0.125, 0.0]]> : tensor<5x2xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x2xf32>, tensor<5x2xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// One mode with |dA| = 1/2 and |w| = 128: the tail from n on is at most
// 256 / 2^n, which is 0.25 for n = 10.
// CHECK-LABEL: @modes
// CHECK: %[[M:.*]] = arith.constant
// CHECK: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x1x1xf32> -> tensor<10x1xf32>
// CHECK: h3.long_conv ins(%{{.*}}, %[[K]] : tensor<?x1xf32>, tensor<10x1xf32>)
// REMARK: kernel of 64 values cut to 10: the l1 norm of the tail is at most 2.50e-01
func.func @modes(%u: tensor<?x1xf32>, %s: tensor<?xi32>, %y: tensor<?x1xf32>) -> tensor<?x1xf32> {
  %m = arith.constant dense<[[[0.0]], [[0.5]], [[128.0]], [[0.0]]]> : tensor<4x1x1xf32>
  %k = h3.diag_kernel %m : tensor<4x1x1xf32> -> tensor<64x1xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x1xf32>, tensor<64x1xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %0 : tensor<?x1xf32>
}

// -----

// The bound is that of each channel: the first has nearly all of its norm behind
// the kernel's end, the tail of the second from n on is at most 2^-n.
// CHECK-LABEL: @channels
// CHECK: h3.diag_kernel %{{.*}} : tensor<4x1x2xf32> -> tensor<2x2xf32>
// REMARK: kernel of 8 values cut to 2: the l1 norm of the tail is at most 2.46e-01
func.func @channels(%u: tensor<?x2xf32>, %s: tensor<?xi32>, %y: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %m = arith.constant dense<[[[0.9999, 0.5]], [[0.0, 0.0]], [[0.0001, 0.5]], [[0.0, 0.0]]]> : tensor<4x1x2xf32>
  %k = h3.diag_kernel %m : tensor<4x1x2xf32> -> tensor<8x2xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x2xf32>, tensor<8x2xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

// -----

// Left alone: a kernel whose values are not known, one in both directions, one
// whose last value counts, and modes that do not decay.
// CHECK-LABEL: @untouched
// CHECK: h3.long_conv ins(%{{.*}}, %{{.*}} : tensor<?x1xf32>, tensor<64x1xf32>)
// CHECK: h3.long_conv ins(%{{.*}}, %{{.*}} : tensor<?x1xf32>, tensor<2x1xf32>) reversed
// CHECK: h3.long_conv ins(%{{.*}}, %{{.*}} : tensor<?x1xf32>, tensor<3x1xf32>)
// CHECK: h3.long_conv ins(%{{.*}}, %{{.*}} : tensor<?x1xf32>, tensor<32x1xf32>)
// REMARK-NOT: remark
func.func @untouched(%u: tensor<?x1xf32>, %k: tensor<64x1xf32>, %s: tensor<?xi32>, %y: tensor<?x1xf32>)
    -> (tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<2x1xf32>
  %ends = arith.constant dense<[[0.0], [0.0], [0.5]]> : tensor<3x1xf32>
  %m = arith.constant dense<[[[1.0]], [[0.0]], [[1.0e-9]], [[0.0]]]> : tensor<4x1x1xf32>
  %constant = h3.diag_kernel %m : tensor<4x1x1xf32> -> tensor<32x1xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x1xf32>, tensor<64x1xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x1xf32>) -> tensor<?x1xf32>
  %1 = h3.long_conv ins(%u, %zeros : tensor<?x1xf32>, tensor<2x1xf32>) reversed(%zeros : tensor<2x1xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x1xf32>) -> tensor<?x1xf32>
  %2 = h3.long_conv ins(%u, %ends : tensor<?x1xf32>, tensor<3x1xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x1xf32>) -> tensor<?x1xf32>
  %3 = h3.long_conv ins(%u, %constant : tensor<?x1xf32>, tensor<32x1xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %0, %1, %2, %3 : tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>
}

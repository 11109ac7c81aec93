// RUN: h3-opt %s --h3-split-sequences=block=64 --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>%t.block | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK --implicit-check-not=remark: < %t.block
// RUN: h3-opt %s --h3-split-sequences --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=CHEAPEST
// RUN: h3-opt %s --h3-split-sequences='cache-bytes=0' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=UNCACHED
// RUN: h3-opt %s --h3-split-sequences='cache-bytes=0 bandwidth=0.1' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=SLOW
// RUN: h3-opt %s --h3-split-sequences='cache-bytes=0 multiply-adds=10000' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=SLOW
// RUN: h3-opt %s --h3-split-sequences --remarks-filter='other' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=NONE --allow-empty
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --h3-split-sequences --canonicalize -split-input-file | FileCheck %s --check-prefix=SELECTED
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --h3-split-sequences=block=120 --canonicalize -split-input-file | FileCheck %s --check-prefix=SELECTED120
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --h3-split-sequences --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=BOTH
// NONE-NOT: remark

// RUN: not h3-opt %s --h3-split-sequences=block=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=block=4 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=block=56 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=block=75 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=multiply-adds=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=multiply-adds=nan -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=bandwidth=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not h3-opt %s --h3-split-sequences=cache-bytes=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=BAD
// BAD: error: h3-split-sequences expects a block of a length that transforms have, positive multiply-adds and bandwidth, and cache-bytes of at least 0

// The spectrum becomes that of as many taps as a block has rows, for the same
// lanes; a kernel that ends within its transform is made anew as well. Everything
// else of the op stays. A spectrum that several ops read is replaced for each.
// CHECK-LABEL: @shared
// CHECK-SAME: (%[[U:.*]]: tensor<?x40xf32>, %[[M:.*]]: tensor<4x2x20xf32>, %[[D:.*]]: tensor<20xf32>, %[[I:.*]]: tensor<?xi32>, %[[X:.*]]: tensor<?x2x2x40xf32>)
// CHECK: %[[K0:.*]] = h3.diag_kernel %[[M]] : tensor<4x2x20xf32> -> tensor<64x20xf32>
// CHECK-NEXT: %[[S0:.*]] = h3.conv_spectrum %[[K0]] : tensor<64x20xf32> -> tensor<3x64x2x8xf32>
// CHECK-NEXT: %[[A:.*]]:2 = h3.diag_ssm form<fft> ins(%[[U]], %[[M]], %[[D]] : tensor<?x40xf32>, tensor<4x2x20xf32>, tensor<20xf32>) spectrum(%[[S0]] : tensor<3x64x2x8xf32>) batch(%[[I]], %[[I]], %[[I]] : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%[[U]], %[[X]] : tensor<?x40xf32>, tensor<?x2x2x40xf32>) -> tensor<?x40xf32>, tensor<?x2x2x40xf32>{{$}}
// CHECK-NEXT: %[[K1:.*]] = h3.diag_kernel %[[M]] : tensor<4x2x20xf32> -> tensor<64x20xf32>
// CHECK-NEXT: %[[S1:.*]] = h3.conv_spectrum %[[K1]] : tensor<64x20xf32> -> tensor<3x64x2x8xf32>
// CHECK-NEXT: %[[B:.*]] = h3.diag_ssm form<fft> ins(%[[A]]#0, %[[M]], %[[D]] : {{.*}}) spectrum(%[[S1]] : tensor<3x64x2x8xf32>) batch(%[[I]] : tensor<?xi32>) outs(%[[U]] : tensor<?x40xf32>) -> tensor<?x40xf32>{{$}}
// CHECK-NEXT: return %[[B]], %[[A]]#1
func.func @shared(%u: tensor<?x40xf32>, %modes: tensor<4x2x20xf32>, %skip: tensor<20xf32>, %i: tensor<?xi32>, %x: tensor<?x2x2x40xf32>)
    -> (tensor<?x40xf32>, tensor<?x2x2x40xf32>) {
  %k = h3.diag_kernel %modes : tensor<4x2x20xf32> -> tensor<500x20xf32>
  %s = h3.conv_spectrum %k : tensor<500x20xf32> -> tensor<3x512x2x8xf32>
  // REMARK: .mlir:[[#@LINE+1]]:10: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of 64 rows, which pass on their state"
  %0:2 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x40xf32>, tensor<4x2x20xf32>, tensor<20xf32>)
    spectrum(%s : tensor<3x512x2x8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %x : tensor<?x40xf32>, tensor<?x2x2x40xf32>) -> tensor<?x40xf32>, tensor<?x2x2x40xf32>
  // REMARK: .mlir:[[#@LINE+1]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of 64 rows, which pass on their state"
  %1 = h3.diag_ssm form<fft> ins(%0#0, %modes, %skip : tensor<?x40xf32>, tensor<4x2x20xf32>, tensor<20xf32>)
    spectrum(%s : tensor<3x512x2x8xf32>) batch(%i : tensor<?xi32>) outs(%u : tensor<?x40xf32>) -> tensor<?x40xf32>
  return %1, %0#1 : tensor<?x40xf32>, tensor<?x2x2x40xf32>
}

// -----

// The whole spectrum stays where something else reads it: a convolution, which has
// no state to pass on, and an SSM of other modes.
// CHECK-LABEL: @others
// CHECK: %[[K:.*]] = h3.diag_kernel %arg1 : tensor<4x2x16xf32> -> tensor<512x16xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %[[S]] : tensor<512x16xf32>, tensor<1x512x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<fft> ins(%arg0, %arg2, %arg3 : {{.*}}) spectrum(%[[S]] : tensor<1x512x2x16xf32>)
// CHECK-NEXT: %[[K64:.*]] = h3.diag_kernel %arg1 : tensor<4x2x16xf32> -> tensor<64x16xf32>
// CHECK-NEXT: %[[S64:.*]] = h3.conv_spectrum %[[K64]] : tensor<64x16xf32> -> tensor<1x64x2x16xf32>
// CHECK-NEXT: h3.diag_ssm form<fft> ins(%arg0, %arg1, %arg3 : {{.*}}) spectrum(%[[S64]] : tensor<1x64x2x16xf32>)
// CHECK-NEXT: return
func.func @others(%u: tensor<512x16xf32>, %modes: tensor<4x2x16xf32>, %other: tensor<4x2x16xf32>, %skip: tensor<16xf32>,
                  %starts: tensor<?xi32>) -> (tensor<512x16xf32>, tensor<512x16xf32>, tensor<512x16xf32>) {
  %k = h3.diag_kernel %modes : tensor<4x2x16xf32> -> tensor<512x16xf32>
  %s = h3.conv_spectrum %k : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
  %0 = h3.long_conv form<fft> ins(%u, %s : tensor<512x16xf32>, tensor<1x512x2x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = h3.diag_ssm form<fft> ins(%u, %other, %skip : tensor<512x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%s : tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  // REMARK: .mlir:[[#@LINE+1]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of 64 rows, which pass on their state"
  %2 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%s : tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0, %1, %2 : tensor<512x16xf32>, tensor<512x16xf32>, tensor<512x16xf32>
}

// -----

// Left alone is a spectrum of which nobody sees what it is made of, one of two
// directions, that of a kernel which is no diag_kernel, blocks that are no shorter,
// and the other forms. A convolution in time stays in time.
// CHECK-LABEL: @left
// CHECK: %[[K:.*]] = h3.diag_kernel %arg1 : tensor<4x2x16xf32> -> tensor<512x16xf32>
// CHECK-NEXT: %[[R:.*]] = h3.conv_spectrum %[[K]] reversed %[[K]] :
// CHECK-NEXT: %[[G:.*]] = h3.conv_spectrum %arg5 : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: %[[K64:.*]] = h3.diag_kernel %arg1 : tensor<4x2x16xf32> -> tensor<64x16xf32>
// CHECK-NEXT: %[[S64:.*]] = h3.conv_spectrum %[[K64]] : tensor<64x16xf32> -> tensor<1x64x2x16xf32>
// CHECK-NEXT: %[[K60:.*]] = h3.diag_kernel %arg1 : tensor<4x2x16xf32> -> tensor<60x16xf32>
// CHECK-NEXT: %[[S60:.*]] = h3.conv_spectrum %[[K60]] : tensor<60x16xf32> -> tensor<1x60x2x16xf32>
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%arg4 : tensor<1x512x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%[[R]] : tensor<1x512x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%[[G]] : tensor<1x512x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%[[S64]] : tensor<1x64x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%[[S60]] : tensor<1x60x2x16xf32>)
// CHECK-NEXT: h3.diag_ssm form<chunked> ins(%arg0, %arg1, %arg2 : {{.*}}) batch
// CHECK-NEXT: h3.diag_ssm form<recurrence> ins(%arg0, %arg1, %arg2 : {{.*}}) batch
// CHECK-NEXT: h3.long_conv form<direct> ins(%arg0, %[[K]] :
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %[[K]] :
// CHECK-NEXT: return
func.func @left(%u: tensor<?x16xf32>, %modes: tensor<4x2x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                %spectrum: tensor<1x512x2x16xf32>, %kernel: tensor<512x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>,
        tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>) {
  %k = h3.diag_kernel %modes : tensor<4x2x16xf32> -> tensor<512x16xf32>
  %both = h3.conv_spectrum %k reversed %k : tensor<512x16xf32>, tensor<512x16xf32> -> tensor<1x512x2x16xf32>
  %given = h3.conv_spectrum %kernel : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
  %k64 = h3.diag_kernel %modes : tensor<4x2x16xf32> -> tensor<64x16xf32>
  %s64 = h3.conv_spectrum %k64 : tensor<64x16xf32> -> tensor<1x64x2x16xf32>
  %k60 = h3.diag_kernel %modes : tensor<4x2x16xf32> -> tensor<60x16xf32>
  %s60 = h3.conv_spectrum %k60 : tensor<60x16xf32> -> tensor<1x60x2x16xf32>
  %0 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%spectrum : tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%both : tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %2 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%given : tensor<1x512x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %3 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%s64 : tensor<1x64x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %4 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    spectrum(%s60 : tensor<1x60x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %5 = h3.diag_ssm form<chunked> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %6 = h3.diag_ssm form<recurrence> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %7 = h3.long_conv form<direct> ins(%u, %k : tensor<?x16xf32>, tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  %8 = h3.long_conv form<fft> ins(%u, %k : tensor<?x16xf32>, tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8
    : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>,
      tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// On memrefs there is no function of weights any more.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%arg3 : memref<1x512x2x16xf32>)
// CHECK-NEXT: return
func.func @memrefs(%u: memref<?x16xf32>, %modes: memref<4x2x16xf32>, %skip: memref<16xf32>, %s: memref<1x512x2x16xf32>,
                   %starts: memref<?xi32>, %y: memref<?x16xf32>) {
  h3.diag_ssm form<fft> ins(%u, %modes, %skip : memref<?x16xf32>, memref<4x2x16xf32>, memref<16xf32>)
    spectrum(%s : memref<1x512x2x16xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// Without a number it is the model that says: what the caches hold stays whole.
// Where nothing is held, states of few modes cost less than a long transform, those
// of many only where memory is slow for the arithmetic.
// CHECK-LABEL: @cheapest
// CHEAPEST-NOT: 4096 rows
// UNCACHED-NOT: 4096 rows
h3.parameter @many : tensor<4x64x16xf32> from ["many"]
h3.parameter @few : tensor<4x4x16xf32> from ["few"]
func.func @cheapest(%u: tensor<4096x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>)
    -> (tensor<4096x16xf32>, tensor<4096x16xf32>) {
  %many = h3.get_parameter @many : tensor<4x64x16xf32>
  %k = h3.diag_kernel %many : tensor<4x64x16xf32> -> tensor<4096x16xf32>
  %s = h3.conv_spectrum %k : tensor<4096x16xf32> -> tensor<1x4096x2x16xf32>
  // SLOW: .mlir:[[#@LINE+2]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of {{[0-9]+}} rows, which pass on their state"
  // REMARK: .mlir:[[#@LINE+1]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of 64 rows, which pass on their state"
  %0 = h3.diag_ssm form<fft> ins(%u, %many, %skip : tensor<4096x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    spectrum(%s : tensor<1x4096x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<4096x16xf32>) -> tensor<4096x16xf32>
  %few = h3.get_parameter @few : tensor<4x4x16xf32>
  %l = h3.diag_kernel %few : tensor<4x4x16xf32> -> tensor<4096x16xf32>
  %t = h3.conv_spectrum %l : tensor<4096x16xf32> -> tensor<1x4096x2x16xf32>
  // UNCACHED: .mlir:[[#@LINE+3]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of {{[0-9]+}} rows, which pass on their state"
  // SLOW: .mlir:[[#@LINE+2]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of {{[0-9]+}} rows, which pass on their state"
  // REMARK: .mlir:[[#@LINE+1]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of 64 rows, which pass on their state"
  %1 = h3.diag_ssm form<fft> ins(%u, %few, %skip : tensor<4096x16xf32>, tensor<4x4x16xf32>, tensor<16xf32>)
    spectrum(%t : tensor<1x4096x2x16xf32>) batch(%starts : tensor<?xi32>) outs(%u : tensor<4096x16xf32>) -> tensor<4096x16xf32>
  return %0, %1 : tensor<4096x16xf32>, tensor<4096x16xf32>
}

// -----

// Behind h3-select-form the blocks are those that its remarks name, or what is
// asked for, and nothing is left of the whole spectrum. Many modes are not split.
// An op without a form is not split, whatever it will become.
// CHECK-LABEL: @selected
// CHECK-NOT: h3.conv_spectrum
// CHECK: return
// SELECTED-LABEL: @selected
// SELECTED: %[[M:.*]] = h3.get_parameter @few
// SELECTED-NEXT: %[[N:.*]] = h3.get_parameter @many
// SELECTED-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x1x16xf32> -> tensor<64x16xf32>
// SELECTED-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<64x16xf32> -> tensor<1x64x2x16xf32>
// SELECTED-NEXT: h3.diag_ssm form<fft> ins(%arg0, %[[M]], %arg1 : {{.*}}) spectrum(%[[S]] : tensor<1x64x2x16xf32>)
// SELECTED-NEXT: %[[L:.*]] = h3.diag_kernel %[[N]] : tensor<4x64x16xf32> -> tensor<512x16xf32>
// SELECTED-NEXT: %[[T:.*]] = h3.conv_spectrum %[[L]] : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// SELECTED-NEXT: h3.diag_ssm form<fft> ins(%arg0, %[[N]], %arg1 : {{.*}}) spectrum(%[[T]] : tensor<1x512x2x16xf32>)
// SELECTED-NEXT: return
// SELECTED120-LABEL: @selected
// SELECTED120: h3.diag_kernel %{{.*}} : tensor<4x1x16xf32> -> tensor<120x16xf32>
// SELECTED120-NEXT: h3.conv_spectrum %{{.*}} : tensor<120x16xf32> -> tensor<1x120x2x16xf32>
// SELECTED120-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%{{.*}} : tensor<1x120x2x16xf32>)
// SELECTED120-NEXT: h3.diag_kernel %{{.*}} : tensor<4x64x16xf32> -> tensor<120x16xf32>
// SELECTED120-NEXT: h3.conv_spectrum
// SELECTED120-NEXT: h3.diag_ssm form<fft> {{.*}} spectrum(%{{.*}} : tensor<1x120x2x16xf32>)
// SELECTED120-NEXT: return
h3.parameter @few : tensor<4x1x16xf32> from ["few"]
h3.parameter @many : tensor<4x64x16xf32> from ["many"]
func.func @selected(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>)
    -> (tensor<512x16xf32>, tensor<512x16xf32>) {
  %few = h3.get_parameter @few : tensor<4x1x16xf32>
  %many = h3.get_parameter @many : tensor<4x64x16xf32>
  // BOTH: .mlir:[[#@LINE+4]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, as asked ({{.*}} in blocks of [[#BLOCK:]])"
  // BOTH: .mlir:[[#@LINE+5]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, as asked ({{.*}} in blocks of 512)"
  // BOTH: .mlir:[[#@LINE+2]]:8: remark: [Passed] split | Category:h3-split-sequences | Remark="blocks of [[#BLOCK]] rows, which pass on their state"
  // BOTH-NOT: [Passed]
  %0 = h3.diag_ssm ins(%u, %few, %skip : tensor<512x16xf32>, tensor<4x1x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = h3.diag_ssm ins(%u, %many, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0, %1 : tensor<512x16xf32>, tensor<512x16xf32>
}

// RUN: h3-opt %s --canonicalize -split-input-file | FileCheck %s

// A slot starts as zeros, and so does a sequence without a state: where the states
// are zeros and nobody looks at what becomes of them, slots and positions go too.
// CHECK-LABEL: @shift
// CHECK-NEXT: %[[Y:.*]] = h3.shift_ssm ins(%arg0, %arg1, %arg2 : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>) batch(%arg3 : tensor<?xi32>) outs(%arg6 : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
// CHECK-NEXT: return %[[Y]]
func.func @shift(%u: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                 %slots: tensor<?xi32>, %positions: tensor<?xi32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %state = arith.constant dense<0.0> : tensor<3x4x8xf32>
  %0, %1 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %state : tensor<?x8xf32>, tensor<3x4x8xf32>) -> tensor<?x8xf32>, tensor<3x4x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// So it is in every form of a diagonal SSM, which it keeps, with its spectrum.
// Planes are no matter, nor is a cast to a dynamic number of slots.
// CHECK-LABEL: @diag
// CHECK-NEXT: %[[A:.*]] = h3.diag_ssm ins(%arg0, %arg1, %arg2 : tensor<?x16xf32>, tensor<4x2x8xf32>, tensor<8xf32>) batch(%arg4 : tensor<?xi32>) outs(%arg0 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[B:.*]] = h3.diag_ssm form<recurrence> ins(%arg0, %arg1, %arg2 : {{.*}}) batch(%arg4 : tensor<?xi32>) outs(%arg0 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[C:.*]] = h3.diag_ssm form<chunked> ins(%arg0, %arg1, %arg2 : {{.*}}) batch(%arg4 : tensor<?xi32>) outs(%arg0 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[D:.*]] = h3.diag_ssm form<fft> ins(%arg0, %arg1, %arg2 : {{.*}}) spectrum(%arg3 : tensor<1x64x2x8xf32>) batch(%arg4 : tensor<?xi32>) outs(%arg0 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]]
func.func @diag(%u: tensor<?x16xf32>, %modes: tensor<4x2x8xf32>, %skip: tensor<8xf32>, %spectrum: tensor<1x64x2x8xf32>,
                %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>) {
  %state = arith.constant dense<0.0> : tensor<3x2x2x16xf32>
  %cast = tensor.cast %state : tensor<3x2x2x16xf32> to tensor<?x2x2x16xf32>
  %0, %x0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x16xf32>, tensor<3x2x2x16xf32>) -> tensor<?x16xf32>, tensor<3x2x2x16xf32>
  %1, %x1 = h3.diag_ssm form<recurrence> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %cast : tensor<?x16xf32>, tensor<?x2x2x16xf32>) -> tensor<?x16xf32>, tensor<?x2x2x16xf32>
  %2, %x2 = h3.diag_ssm form<chunked> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x16xf32>, tensor<3x2x2x16xf32>) -> tensor<?x16xf32>, tensor<3x2x2x16xf32>
  %3, %x3 = h3.diag_ssm form<fft> ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    spectrum(%spectrum : tensor<1x64x2x8xf32>) batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x16xf32>, tensor<3x2x2x16xf32>) -> tensor<?x16xf32>, tensor<3x2x2x16xf32>
  return %0, %1, %2, %3 : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// A mixer loses both of its states at once.
// CHECK-LABEL: @mixer
// CHECK-NEXT: %[[Y:.*]] = h3.mixer form<chunked> ins(%arg0, %arg1, %arg2 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) shift(%arg3, %arg4 : tensor<4x8xf32>, tensor<8xf32>) diag(%arg5, %arg6 : tensor<4x2x8xf32>, tensor<8xf32>) batch(%arg7 : tensor<?xi32>) outs(%arg10 : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
// CHECK-NEXT: return %[[Y]]
func.func @mixer(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %key_skip: tensor<8xf32>,
                 %modes: tensor<4x2x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>,
                 %positions: tensor<?xi32>, %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %shift = arith.constant dense<0.0> : tensor<3x4x8xf32>
  %diag = arith.constant dense<0.0> : tensor<3x2x2x8xf32>
  %0, %1, %2 = h3.mixer form<chunked> ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %key_skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift, %diag : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// A state that somebody reads stays, and the sequences of a next step go on from
// it: the second SSM is not one from zeros, though nobody reads its own state.
// CHECK-LABEL: @read
// CHECK: %[[Z:.*]] = arith.constant dense<0.000000e+00> : tensor<3x4x8xf32>
// CHECK: %[[A:.*]]:2 = h3.shift_ssm ins(%arg0, %arg1, %arg2 : {{.*}}) batch(%arg3, %arg4, %arg5 : {{.*}}) outs(%arg0, %[[Z]] : tensor<?x8xf32>, tensor<3x4x8xf32>)
// CHECK-NEXT: %[[B:.*]]:2 = h3.shift_ssm ins(%arg0, %arg1, %arg2 : {{.*}}) batch(%arg3, %arg4, %arg5 : {{.*}}) outs(%arg0, %[[A]]#1 : tensor<?x8xf32>, tensor<3x4x8xf32>)
// CHECK-NEXT: return %[[A]]#0, %[[B]]#0
func.func @read(%u: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                %slots: tensor<?xi32>, %positions: tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %state = arith.constant dense<0.0> : tensor<3x4x8xf32>
  %0, %s0 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x8xf32>, tensor<3x4x8xf32>) -> tensor<?x8xf32>, tensor<3x4x8xf32>
  %1, %s1 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s0 : tensor<?x8xf32>, tensor<3x4x8xf32>) -> tensor<?x8xf32>, tensor<3x4x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// The state of a diagonal SSM that is a result stays, even where the output is
// none.
// CHECK-LABEL: @state_only
// CHECK: %[[A:.*]]:2 = h3.diag_ssm form<chunked> {{.*}} batch(%arg3, %arg4, %arg5 : {{.*}} outs(%arg0, %{{.*}} : tensor<?x8xf32>, tensor<3x2x2x8xf32>)
// CHECK-NEXT: return %[[A]]#1
func.func @state_only(%u: tensor<?x8xf32>, %modes: tensor<4x2x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                      %slots: tensor<?xi32>, %positions: tensor<?xi32>) -> tensor<3x2x2x8xf32> {
  %state = arith.constant dense<0.0> : tensor<3x2x2x8xf32>
  %0, %1 = h3.diag_ssm form<chunked> ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x8xf32>, tensor<3x2x2x8xf32>) -> tensor<?x8xf32>, tensor<3x2x2x8xf32>
  return %1 : tensor<3x2x2x8xf32>
}

// -----

// States that are arguments stay, and those with one value that is no zero.
// CHECK-LABEL: @not_zero
// CHECK: %[[C:.*]] = arith.constant dense<{{.*}}> : tensor<1x1x2x2xf32>
// CHECK: h3.diag_ssm {{.*}} batch(%arg3, %arg4, %arg5 : {{.*}} outs(%arg0, %arg6 : tensor<?x2xf32>, tensor<?x1x2x2xf32>)
// CHECK-NEXT: h3.diag_ssm {{.*}} batch(%arg3, %arg4, %arg5 : {{.*}} outs(%arg0, %[[C]] : tensor<?x2xf32>, tensor<1x1x2x2xf32>)
// CHECK-NEXT: return
func.func @not_zero(%u: tensor<?x2xf32>, %modes: tensor<4x1x2xf32>, %skip: tensor<2xf32>, %starts: tensor<?xi32>,
                    %slots: tensor<?xi32>, %positions: tensor<?xi32>, %argument: tensor<?x1x2x2xf32>)
    -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %constant = arith.constant dense<[[[[0.0, 0.0], [0.0, 1.0e-30]]]]> : tensor<1x1x2x2xf32>
  %0, %x0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x2xf32>, tensor<4x1x2xf32>, tensor<2xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %argument : tensor<?x2xf32>, tensor<?x1x2x2xf32>) -> tensor<?x2xf32>, tensor<?x1x2x2xf32>
  %1, %x1 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x2xf32>, tensor<4x1x2xf32>, tensor<2xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %constant : tensor<?x2xf32>, tensor<1x1x2x2xf32>) -> tensor<?x2xf32>, tensor<1x1x2x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// One of the two states of a mixer that is no zero, or that somebody reads, keeps
// the other.
// CHECK-LABEL: @one_of_two
// CHECK-DAG: %[[S:.*]] = arith.constant dense<0.000000e+00> : tensor<3x4x8xf32>
// CHECK-DAG: %[[X:.*]] = arith.constant dense<0.000000e+00> : tensor<3x2x2x8xf32>
// CHECK: %[[A:.*]]:3 = h3.mixer {{.*}} batch(%arg4, %arg5, %arg6 : {{.*}} outs(%arg0, %arg7, %[[X]] :
// CHECK-NEXT: %[[B:.*]]:3 = h3.mixer {{.*}} batch(%arg4, %arg5, %arg6 : {{.*}} outs(%arg0, %[[S]], %arg8 :
// CHECK-NEXT: %[[C:.*]]:3 = h3.mixer {{.*}} batch(%arg4, %arg5, %arg6 : {{.*}} outs(%arg0, %[[S]], %[[X]] :
// CHECK-NEXT: %[[D:.*]]:3 = h3.mixer {{.*}} batch(%arg4, %arg5, %arg6 : {{.*}} outs(%arg0, %[[S]], %[[X]] :
// CHECK-NEXT: return %[[A]]#0, %[[B]]#0, %[[C]]#0, %[[C]]#1, %[[D]]#0, %[[D]]#2
func.func @one_of_two(%q: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>, %modes: tensor<4x2x8xf32>,
                      %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>,
                      %s: tensor<3x4x8xf32>, %x: tensor<3x2x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<?x8xf32>, tensor<3x2x2x8xf32>) {
  %shift = arith.constant dense<0.0> : tensor<3x4x8xf32>
  %diag = arith.constant dense<0.0> : tensor<3x2x2x8xf32>
  %0:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %s, %diag : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  %1:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %shift, %x : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  %2:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %shift, %diag : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  %3:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %shift, %diag : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  return %0#0, %1#0, %2#0, %2#1, %3#0, %3#2
    : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<?x8xf32>, tensor<3x2x2x8xf32>
}

// -----

// An op of which nobody uses anything goes altogether.
// CHECK-LABEL: @unused
// CHECK-NEXT: return
func.func @unused(%q: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>, %modes: tensor<4x2x8xf32>,
                  %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>,
                  %s: tensor<3x4x8xf32>, %x: tensor<3x2x2x8xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<3x4x8xf32>
  %0:2 = h3.shift_ssm ins(%q, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %zeros : tensor<?x8xf32>, tensor<3x4x8xf32>) -> tensor<?x8xf32>, tensor<3x4x8xf32>
  %1:2 = h3.diag_ssm ins(%0#0, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %x : tensor<?x8xf32>, tensor<3x2x2x8xf32>) -> tensor<?x8xf32>, tensor<3x2x2x8xf32>
  %2:3 = h3.mixer ins(%q, %q, %q : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %skip : tensor<4x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%q, %s, %x : tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>)
    -> tensor<?x8xf32>, tensor<3x4x8xf32>, tensor<3x2x2x8xf32>
  return
}

// -----

// A memref of zeros is written to, and others may read it.
// CHECK-LABEL: @memrefs
// CHECK: %[[S:.*]] = memref.get_global @zeros
// CHECK-NEXT: h3.shift_ssm ins(%arg0, %arg1, %arg2 : {{.*}}) batch(%arg3, %arg4, %arg5 : {{.*}}) outs(%arg6, %[[S]] : memref<?x8xf32>, memref<3x4x8xf32>)
// CHECK-NEXT: return
memref.global "private" @zeros : memref<3x4x8xf32> = dense<0.0>
func.func @memrefs(%u: memref<?x8xf32>, %taps: memref<4x8xf32>, %skip: memref<8xf32>, %starts: memref<?xi32>,
                   %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x8xf32>) {
  %state = memref.get_global @zeros : memref<3x4x8xf32>
  h3.shift_ssm ins(%u, %taps, %skip : memref<?x8xf32>, memref<4x8xf32>, memref<8xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %state : memref<?x8xf32>, memref<3x4x8xf32>)
  return
}

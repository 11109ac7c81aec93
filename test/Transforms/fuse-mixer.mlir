// RUN: h3-opt %s --h3-fuse-mixer -split-input-file | FileCheck %s

// The four operations of a mixer over states are one, in the place of the last;
// its results are theirs.
// CHECK-LABEL: @states
// CHECK-NEXT: %[[R:.*]]:3 = h3.mixer ins(%arg0, %arg1, %arg2 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
// CHECK-SAME: shift(%arg3, %arg4 : tensor<4x8xf32>, tensor<8xf32>)
// CHECK-SAME: diag(%arg5, %arg6 : tensor<4x2x8xf32>, tensor<8xf32>)
// CHECK-SAME: batch(%arg7, %arg8, %arg9 : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
// CHECK-SAME: outs(%arg12, %arg13, %arg14 : tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x2x2x8xf32>)
// CHECK-NEXT: return %[[R]]#0, %[[R]]#1, %[[R]]#2
func.func @states(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>,
                  %key_skip: tensor<8xf32>, %modes: tensor<4x2x8xf32>, %skip: tensor<8xf32>,
                  %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>,
                  %i0: tensor<?x8xf32>, %i1: tensor<?x8xf32>, %i2: tensor<?x8xf32>,
                  %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x2x2x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %key_skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%i0, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    outs(%i1 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2, %x = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%i1, %diag : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>)
    outs(%i2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %s, %x : tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x2x2x8xf32>
}

// -----

// So are those without states.
// CHECK-LABEL: @stateless
// CHECK-NEXT: %[[R:.*]] = h3.mixer ins(%arg0, %arg1, %arg2 :
// CHECK-SAME: shift(%arg3, %arg4 :
// CHECK-SAME: diag(%arg5, %arg6 :
// CHECK-SAME: batch(%arg7 : tensor<?xi32>) outs(%arg9 : tensor<?x8xf32>) -> tensor<?x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @stateless(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// The form of the diagonal SSM is that of the mixer.
// CHECK-LABEL: @form
// CHECK-NEXT: h3.mixer form<chunked> ins
// CHECK-NEXT: return
func.func @form(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm form<chunked> ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// Wider heads stay.
// CHECK-LABEL: @wide_heads
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @wide_heads(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x4xf32>, %dskip: tensor<4xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x16xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 2 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x16xf32>) -> tensor<?x16xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x16xf32>, tensor<4x2x4xf32>, tensor<4xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x16xf32>) -> tensor<?x16xf32>
  %3 = h3.head_contract {head_dim = 2 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x16xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// A diagonal SSM with fewer heads than channels shares modes among planes, which a
// mixer has not.
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

// -----

// Values that something else uses stay: the planes,
// CHECK-LABEL: @planes_used
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @planes_used(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %2 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// the products of keys and values,
// CHECK-LABEL: @products_used
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @products_used(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// the shifted keys.
// CHECK-LABEL: @keys_used
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @keys_used(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %0 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// The product of the shifted keys with themselves is a second use.
// CHECK-LABEL: @keys_twice
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @keys_twice(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %0 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// The values of the mixer are not shifted.
// CHECK-LABEL: @swapped
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @swapped(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%v, %0 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// Both SSMs must run over the same sequences.
// CHECK-LABEL: @other_batch
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @other_batch(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%other : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// Planes that come from elsewhere stay.
// CHECK-LABEL: @no_diag
// CHECK-NOT: h3.mixer
// CHECK: h3.head_contract {head_dim = 1 : i64} ins(%arg0, %arg2 :
func.func @no_diag(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %dskip: tensor<8xf32>, %starts: tensor<?xi32>, %other: tensor<?xi32>, %init: tensor<?x8xf32>, %wide: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %dskip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%wide : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// The form fft is none of a mixer.
// CHECK-LABEL: @fft
// CHECK-NOT: h3.mixer
// CHECK: h3.diag_ssm form<fft>
// CHECK-NEXT: h3.head_contract
// CHECK-NEXT: return
func.func @fft(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
               %modes: tensor<4x2x8xf32>, %spectrum: tensor<1x64x2x8xf32>, %starts: tensor<?xi32>,
               %init: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm form<fft> ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    spectrum(%spectrum : tensor<1x64x2x8xf32>) batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// -----

// States in other slots are those of other sequences,
// CHECK-LABEL: @other_slots
// CHECK: h3.shift_ssm
// CHECK: h3.head_expand
// CHECK: h3.diag_ssm
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @other_slots(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>, %others: tensor<?xi32>,
    %init: tensor<?x8xf32>, %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2, %x = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %others, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %diag : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %s : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// -----

// and so are those at other positions.
// CHECK-LABEL: @other_positions
// CHECK: h3.shift_ssm
// CHECK: h3.head_expand
// CHECK: h3.diag_ssm
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @other_positions(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>, %others: tensor<?xi32>,
    %init: tensor<?x8xf32>, %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2, %x = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %others : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %diag : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %s : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// -----

// One SSM with a state and one without are no mixer.
// CHECK-LABEL: @one_state
// CHECK: h3.shift_ssm
// CHECK: h3.head_expand
// CHECK: h3.diag_ssm
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @one_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>, %others: tensor<?xi32>,
    %init: tensor<?x8xf32>, %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %s : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// -----

// A state that is used before the mixer would be there stays.
// CHECK-LABEL: @early_state
// CHECK: h3.shift_ssm
// CHECK: h3.head_expand
// CHECK: h3.diag_ssm
// CHECK: h3.head_contract
// CHECK-NOT: h3.mixer
// CHECK: return
func.func @early_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>, %others: tensor<?xi32>,
    %init: tensor<?x8xf32>, %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %t = arith.negf %s : tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2, %x = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %diag : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3, %t : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// -----

// What uses a state behind the contraction uses that of the mixer.
// CHECK-LABEL: @late_state
// CHECK: %[[R:.*]]:3 = h3.mixer
// CHECK-NEXT: %[[T:.*]] = arith.negf %[[R]]#1
// CHECK-NEXT: return %[[R]]#0, %[[T]]
func.func @late_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %taps: tensor<4x8xf32>, %skip: tensor<8xf32>,
    %modes: tensor<4x2x8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %positions: tensor<?xi32>, %others: tensor<?xi32>,
    %init: tensor<?x8xf32>, %shift: tensor<?x4x8xf32>, %diag: tensor<?x2x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x8xf32>) {
  %0, %s = h3.shift_ssm ins(%k, %taps, %skip : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift : tensor<?x8xf32>, tensor<?x4x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  %1 = h3.head_expand {head_dim = 1 : i64} ins(%0, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2, %x = h3.diag_ssm ins(%1, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %diag : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  %3 = h3.head_contract {head_dim = 1 : i64} ins(%q, %2 : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  %t = arith.negf %s : tensor<?x4x8xf32>
  return %3, %t : tensor<?x8xf32>, tensor<?x4x8xf32>
}

// -----

// On memrefs nothing is fused: others may look at the buffers.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: h3.shift_ssm
// CHECK-NEXT: h3.head_expand
// CHECK-NEXT: h3.diag_ssm
// CHECK-NEXT: h3.head_contract
// CHECK-NEXT: return
func.func @memrefs(%q: memref<?x8xf32>, %taps: memref<4x8xf32>, %skip: memref<8xf32>, %modes: memref<4x2x8xf32>,
                   %starts: memref<?xi32>, %a: memref<?x8xf32>, %b: memref<?x8xf32>, %c: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.shift_ssm ins(%q, %taps, %skip : memref<?x8xf32>, memref<4x8xf32>, memref<8xf32>)
    batch(%starts : memref<?xi32>) outs(%a : memref<?x8xf32>)
  h3.head_expand {head_dim = 1 : i64} ins(%a, %q : memref<?x8xf32>, memref<?x8xf32>) outs(%b : memref<?x8xf32>)
  h3.diag_ssm ins(%b, %modes, %skip : memref<?x8xf32>, memref<4x2x8xf32>, memref<8xf32>)
    batch(%starts : memref<?xi32>) outs(%c : memref<?x8xf32>)
  h3.head_contract {head_dim = 1 : i64} ins(%q, %c : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s
// RUN: h3-opt %s --h3-convert-to-vector=lanes=16 -split-input-file | FileCheck %s --check-prefix=LANES16

// A task per sequence and block of channels. The inputs before the sequence come
// from the ring, behind them go those of a block; taps run over both, a tile of
// rows at a time. The step's last inputs are kept.
// CHECK-LABEL: @shift_ssm
// CHECK: %[[WINDOW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<260x8xf32>
// CHECK: memref.dim %arg3
// CHECK: %[[BLOCKS:.*]] = arith.constant 2 : index
// CHECK: scf.parallel (%[[S:.*]], %[[B:.*]]) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// CHECK-COUNT-2: memref.load %arg3
// CHECK: memref.load %arg4[%[[S]]]
// CHECK: memref.load %arg5[%[[S]]]
// CHECK: vector.load %arg7
// CHECK: vector.store %{{.*}}, %[[WINDOW]]
// CHECK: scf.for
// CHECK: vector.load %arg0
// CHECK: vector.store %{{.*}}, %[[WINDOW]]
// CHECK: scf.for
// CHECK-COUNT-8: vector.load %[[WINDOW]]
// CHECK: scf.for {{.*}} iter_args
// CHECK: vector.load %arg1
// CHECK-COUNT-8: math.fma
// CHECK-COUNT-8: vector.store %{{.*}}, %arg6
// CHECK: %[[KEPT:.*]] = vector.load %arg0
// CHECK: vector.store %[[KEPT]], %arg7
func.func @shift_ssm(%u: memref<?x16xf32>, %taps: memref<5x16xf32>, %skip: memref<16xf32>,
                     %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>,
                     %y: memref<?x16xf32>, %state: memref<?x5x16xf32>) {
  h3.shift_ssm ins(%u, %taps, %skip : memref<?x16xf32>, memref<5x16xf32>, memref<16xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %state : memref<?x16xf32>, memref<?x5x16xf32>)
  return
}

// -----

// The last block of channels is masked, in the state as well.
// CHECK-LABEL: @shift_ssm_masked
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK-NOT: vector.load %arg
// CHECK-NOT: vector.store {{.*}}, %arg
// CHECK: vector.maskedstore %arg7[%{{.*}}], %[[MASK]]
func.func @shift_ssm_masked(%u: memref<?x12xf32>, %taps: memref<5x12xf32>, %skip: memref<12xf32>,
                            %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>,
                            %y: memref<?x12xf32>, %state: memref<?x5x12xf32>) {
  h3.shift_ssm ins(%u, %taps, %skip : memref<?x12xf32>, memref<5x12xf32>, memref<12xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %state : memref<?x12xf32>, memref<?x5x12xf32>)
  return
}

// -----

// A task per sequence, plane and block of heads: the skip first, then groups of
// modes whose states are carried over the rows; 5 modes are 2 x 2 + 1, with 16
// lanes 1 x 4 + 1. Each group fetches half of the rows.
// CHECK-LABEL: @diag_ssm
// CHECK: %[[OUT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<256x8xf32>
// CHECK: %[[IN:.*]] = memref.alloca() {alignment = 64 : i64} : memref<256x8xf32>
// CHECK: %[[PLANES:.*]] = arith.constant 3 : index
// CHECK: scf.parallel (%{{.*}}, %{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[PLANES]], %{{.*}}) step
// CHECK: vector.load %arg2
// CHECK: %[[U:.*]] = vector.load %arg0
// CHECK: vector.store %[[U]], %[[IN]]
// CHECK: vector.store %{{.*}}, %[[OUT]]
// CHECK: %[[SHARE:.*]] = arith.divui
// CHECK-NEXT: %[[GROUPS:.*]] = arith.constant 2 : index
// CHECK: scf.for %[[GROUP:.*]] = %{{.*}} to %[[GROUPS]] step
// CHECK: arith.muli %[[GROUP]], %[[SHARE]]
// CHECK-COUNT-4: vector.load %arg1
// CHECK-COUNT-2: vector.load %arg7
// CHECK: -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: memref.prefetch %arg0
// CHECK-NEXT: arith.addi
// CHECK-NEXT: memref.prefetch %arg6{{.*}}, write
// CHECK-COUNT-8: math.fma
// CHECK: vector.store %{{.*}}, %[[OUT]]
// CHECK-COUNT-4: vector.store %{{.*}}, %arg7
// CHECK: -> (vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: math.fma
// CHECK: vector.store %{{.*}}, %[[OUT]]
// CHECK-COUNT-2: vector.store %{{.*}}, %arg7
// CHECK: vector.store %{{.*}}, %arg6
// LANES16-LABEL: @diag_ssm
// LANES16: -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// LANES16-COUNT-16: math.fma
// LANES16: -> (vector<16xf32>, vector<16xf32>)
// LANES16-COUNT-4: math.fma
func.func @diag_ssm(%u: memref<?x48xf32>, %modes: memref<4x5x16xf32>, %skip: memref<16xf32>,
                    %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>,
                    %y: memref<?x48xf32>, %state: memref<?x5x2x48xf32>) {
  h3.diag_ssm ins(%u, %modes, %skip : memref<?x48xf32>, memref<4x5x16xf32>, memref<16xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %state : memref<?x48xf32>, memref<?x5x2x48xf32>)
  return
}

// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s

// CHECK-LABEL: @embedding
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[ID:.*]] = memref.load %arg0[%[[ROW]]] : memref<?xi32>
// CHECK: %[[TOKEN:.*]] = arith.index_cast %[[ID]] : i32 to index
// CHECK: %[[V:.*]] = vector.load %arg1[%[[TOKEN]], %[[C:.*]]] : memref<500x8xf32>, vector<8xf32>
// CHECK: vector.store %[[V]], %arg2[%[[ROW]], %[[C]]]
func.func @embedding(%ids: memref<?xi32>, %table: memref<500x8xf32>, %y: memref<?x8xf32>) {
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<500x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// In panels a row is a column: one float of each row of the panel.
// CHECK-LABEL: @embedding_packed
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: %[[WIDTH:.*]] = arith.constant 16 : index
// CHECK: %[[PANEL:.*]] = arith.divui %[[TOKEN]], %[[WIDTH]] : index
// CHECK: %[[COLUMN:.*]] = arith.remui %[[TOKEN]], %[[WIDTH]] : index
// CHECK: scf.for %[[C:.*]] =
// CHECK: %[[X:.*]] = memref.load %arg1[%[[PANEL]], %[[C]], %[[COLUMN]]]
// CHECK: %[[TO:.*]] = arith.addi %[[C]], %{{.*}} : index
// CHECK: memref.store %[[X]], %arg2[%[[ROW]], %[[TO]]]
// CHECK-NOT: vector.
// CHECK: return
func.func @embedding_packed(%ids: memref<?xi32>, %table: memref<32x8x16xf32>, %y: memref<?x8xf32>) {
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<32x8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// CHECK-LABEL: @gather_rows
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[SOURCE:.*]] = arith.index_cast
// CHECK: %[[V:.*]] = vector.load %arg1[%[[SOURCE]], %[[C:.*]]]
// CHECK: vector.store %[[V]], %arg2[%[[ROW]], %[[C]]]
func.func @gather_rows(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Mean, then the variance of the centred values, in which the lanes behind the
// last channel must not count, then scale and shift.
// CHECK-LABEL: @layer_norm
// CHECK: %[[COUNT:.*]] = arith.constant 1.200000e+01 : f32
// CHECK: scf.parallel
// CHECK: vector.maskedload %arg0
// CHECK: vector.shuffle %{{.*}} [0, 1, 2, 3] : vector<8xf32>
// CHECK: vector.shuffle %{{.*}} [4, 5, 6, 7] : vector<8xf32>
// CHECK: %[[SUM:.*]] = vector.extract %{{.*}}[0] : f32 from vector<1xf32>
// CHECK: arith.divf %[[SUM]], %[[COUNT]] : f32
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: vector.maskedload %arg0[%{{.*}}], %[[MASK]]
// CHECK: %[[CENTRED:.*]] = arith.subf
// CHECK: arith.select %[[MASK]], %[[CENTRED]]
// CHECK: %[[SQUARES:.*]] = vector.extract %{{.*}}[0] : f32 from vector<1xf32>
// CHECK: arith.divf %[[SQUARES]], %[[COUNT]] : f32
// CHECK: arith.constant 5.000000e-01 : f32
// CHECK: math.sqrt
// CHECK-DAG: vector.load %arg1
// CHECK-DAG: vector.load %arg2
// CHECK: vector.store %{{.*}}, %arg3
func.func @layer_norm(%x: memref<?x12xf32>, %w: memref<12xf32>, %b: memref<12xf32>, %y: memref<?x12xf32>) {
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %w, %b : memref<?x12xf32>, memref<12xf32>, memref<12xf32>) outs(%y : memref<?x12xf32>)
  return
}

// -----

// Heads of one feature: products of vectors.
// CHECK-LABEL: @head_expand_1
// CHECK-NOT: memref.load
// CHECK-DAG: %[[K:.*]] = vector.load %arg0
// CHECK-DAG: %[[V:.*]] = vector.load %arg1
// CHECK: %[[P:.*]] = arith.mulf %[[K]], %[[V]] : vector<8xf32>
// CHECK: vector.store %[[P]], %arg2
func.func @head_expand_1(%k: memref<?x8xf32>, %v: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.head_expand {head_dim = 1 : i64} ins(%k, %v : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Key i and value j of head h go to column (i * D + j) * H + h.
// CHECK-LABEL: @head_expand
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK: scf.for %[[H:.*]] =
// CHECK: %[[FIRST:.*]] = arith.muli %[[H]], %{{.*}} : index
// CHECK: %[[KI:.*]] = arith.addi %[[FIRST]], %[[I]] : index
// CHECK: %[[K:.*]] = memref.load %arg0[%[[ROW]], %[[KI]]]
// CHECK: %[[VJ:.*]] = arith.addi %[[FIRST]], %[[J]] : index
// CHECK: %[[V:.*]] = memref.load %arg1[%[[ROW]], %[[VJ]]]
// CHECK-DAG: %[[P:.*]] = arith.mulf %[[K]], %[[V]] : f32
// CHECK-DAG: %[[ID:.*]] = arith.muli %[[I]], %{{.*}} : index
// CHECK-DAG: %[[IJ:.*]] = arith.addi %[[ID]], %[[J]] : index
// CHECK-DAG: %[[IJH:.*]] = arith.muli %[[IJ]], %{{.*}} : index
// CHECK-DAG: %[[TARGET:.*]] = arith.addi %[[IJH]], %[[H]] : index
// CHECK: memref.store %[[P]], %arg2[%[[ROW]], %[[TARGET]]]
func.func @head_expand(%k: memref<?x8xf32>, %v: memref<?x8xf32>, %y: memref<?x16xf32>) {
  h3.head_expand {head_dim = 2 : i64} ins(%k, %v : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// CHECK-LABEL: @head_contract_1
// CHECK-NOT: memref.load
// CHECK-DAG: %[[Q:.*]] = vector.load %arg0
// CHECK-DAG: %[[P:.*]] = vector.load %arg1
// CHECK: %[[Y:.*]] = arith.mulf %[[Q]], %[[P]] : vector<8xf32>
// CHECK: vector.store %[[Y]], %arg2
func.func @head_contract_1(%q: memref<?x8xf32>, %p: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.head_contract {head_dim = 1 : i64} ins(%q, %p : memref<?x8xf32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// The row is cleared, then column j * H + h collects query i times plane i, j.
// CHECK-LABEL: @head_contract
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK: vector.store %[[ZERO]], %arg2[%[[ROW]], %{{.*}}]
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK: scf.for %[[H:.*]] =
// CHECK: %[[Q:.*]] = memref.load %arg0
// CHECK: %[[P:.*]] = memref.load %arg1
// CHECK: %[[JH:.*]] = arith.muli %[[J]], %{{.*}} : index
// CHECK: %[[TARGET:.*]] = arith.addi %[[JH]], %[[H]] : index
// CHECK: %[[FORMER:.*]] = memref.load %arg2[%[[ROW]], %[[TARGET]]]
// CHECK: %[[SUM:.*]] = math.fma %[[Q]], %[[P]], %[[FORMER]] : f32
// CHECK: memref.store %[[SUM]], %arg2[%[[ROW]], %[[TARGET]]]
func.func @head_contract(%q: memref<?x8xf32>, %p: memref<?x16xf32>, %y: memref<?x8xf32>) {
  h3.head_contract {head_dim = 2 : i64} ins(%q, %p : memref<?x8xf32>, memref<?x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

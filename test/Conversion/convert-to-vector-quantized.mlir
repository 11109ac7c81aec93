// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s
// Inputs in fewer bits, and rows of tables in panels of every type.

// CHECK-LABEL: @round_rows
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[X:.*]] = vector.load %arg0[%[[ROW]], %[[C:.*]]] :
// CHECK: %[[H:.*]] = arith.truncf %[[X]] : vector<8xf32> to vector<8xbf16>
// CHECK: vector.store %[[H]], %arg1[%[[ROW]], %[[C]]]
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: vector.maskedload %arg0
// CHECK: %[[LAST:.*]] = arith.truncf
// CHECK: vector.maskedstore %arg1[%{{.*}}], %[[MASK]], %[[LAST]] : memref<?x12xbf16>, vector<8xi1>, vector<8xbf16>
func.func @round_rows(%x: memref<?x12xf32>, %y: memref<?x12xbf16>) {
  h3.round_rows ins(%x : memref<?x12xf32>) outs(%y : memref<?x12xbf16>)
  return
}

// -----

// CHECK-LABEL: @round_rows_f16
// CHECK: arith.truncf %{{.*}} : vector<8xf32> to vector<8xf16>
func.func @round_rows_f16(%x: memref<?x8xf32>, %y: memref<?x8xf16>) {
  h3.round_rows ins(%x : memref<?x8xf32>) outs(%y : memref<?x8xf16>)
  return
}

// -----

// The largest magnitude of a row is 127 steps; a row as good as zero has none. Values
// are rounded to even, and the lanes behind the last column add zeros to the sum.
// CHECK-LABEL: @rows
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: math.absf %{{.*}} : vector<8xf32>
// CHECK: arith.maximumf
// CHECK: vector.maskedload %arg0
// CHECK: %[[MOST:.*]] = vector.reduction <maximumf>
// CHECK: %[[IS_ZERO:.*]] = arith.cmpf olt, %[[MOST]]
// CHECK: %[[LARGEST:.*]] = arith.select %[[IS_ZERO]], %[[NONE:.*]], %[[MOST]]
// CHECK: %[[N:.*]] = arith.constant 1.270000e+02 : f32
// CHECK: %[[INVERSE:.*]] = arith.divf %[[N]], %[[LARGEST]]
// CHECK: %[[STEPS:.*]] = arith.select %[[IS_ZERO]], %[[NONE]], %[[INVERSE]]
// CHECK: %[[SCALE:.*]] = arith.mulf %[[LARGEST]], %{{.*}} : f32
// CHECK: memref.store %[[SCALE]], %arg2[%[[ROW]]]
// CHECK: scf.for {{.*}} iter_args(%[[SUM:.*]] = %{{.*}}) -> (vector<8xi32>)
// CHECK: %[[X:.*]] = vector.load %arg0[%[[ROW]], %[[C:.*]]] :
// CHECK: %[[FACTOR:.*]] = vector.broadcast %[[STEPS]]
// CHECK: %[[SCALED:.*]] = arith.mulf %[[X]], %[[FACTOR]]
// CHECK: %[[ROUNDED:.*]] = math.roundeven %[[SCALED]]
// CHECK: %[[ABOVE:.*]] = arith.maxnumf %[[ROUNDED]]
// CHECK: %[[BOUNDED:.*]] = arith.minnumf %[[ABOVE]]
// CHECK: %[[INTEGERS:.*]] = arith.fptosi %[[BOUNDED]] : vector<8xf32> to vector<8xi32>
// CHECK: %[[BYTES:.*]] = arith.trunci %[[INTEGERS]] : vector<8xi32> to vector<8xi8>
// CHECK: vector.store %[[BYTES]], %arg1[%[[ROW]], %[[C]]]
// CHECK: arith.addi %[[SUM]], %[[INTEGERS]]
// CHECK: vector.maskedload %arg0[%{{.*}}], %[[MASK:.*]], %
// CHECK: vector.maskedstore %arg1[%{{.*}}], %[[MASK]]
// CHECK: %[[ALL:.*]] = arith.addi
// CHECK: %[[TOTAL:.*]] = vector.reduction <add>, %[[ALL]] : vector<8xi32> into i32
// CHECK: memref.store %[[TOTAL]], %arg3[%[[ROW]], %{{.*}}]
func.func @rows(%x: memref<?x12xf32>, %q: memref<?x12xi8>, %s: memref<?xf32>, %n: memref<?x1xi32>) {
  h3.quantize_rows ins(%x : memref<?x12xf32>) outs(%q, %s, %n : memref<?x12xi8>, memref<?xf32>, memref<?x1xi32>)
  return
}

// -----

// Values of 16 bits; without sums nothing is summed up in the end.
// CHECK-LABEL: @rows_i16
// CHECK: vector.reduction <maximumf>
// CHECK: arith.trunci %{{.*}} : vector<8xi32> to vector<8xi16>
// CHECK-NOT: vector.reduction
// CHECK: return
func.func @rows_i16(%x: memref<?x16xf32>, %q: memref<?x16xi16>, %s: memref<?xf32>) {
  h3.quantize_rows ins(%x : memref<?x16xf32>) outs(%q, %s : memref<?x16xi16>, memref<?xf32>)
  return
}

// -----

// A group at a time, each with its sum; in every 8 columns the even ones come
// first.
// CHECK-LABEL: @paired
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: vector.reduction <maximumf>
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[X:.*]] = vector.load %arg0[%[[ROW]], %[[C:.*]]] : memref<?x64xf32>, vector<32xf32>
// CHECK: %[[INTEGERS:.*]] = arith.fptosi
// CHECK: %[[BYTES:.*]] = arith.trunci %[[INTEGERS]] : vector<32xi32> to vector<32xi8>
// CHECK: %[[PAIRED:.*]] = vector.shuffle %[[BYTES]], %{{.*}} [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15, 16, 18, 20, 22, 17, 19, 21, 23, 24, 26, 28, 30, 25, 27, 29, 31]
// CHECK: vector.store %[[PAIRED]], %arg1[%[[ROW]], %[[C]]]
// CHECK: %[[SUM:.*]] = vector.reduction <add>, %[[INTEGERS]] : vector<32xi32> into i32
// CHECK: memref.store %[[SUM]], %arg3[%[[ROW]], %[[G]]]
func.func @paired(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?xf32>, %n: memref<?x2xi32>) {
  h3.quantize_rows {paired} ins(%x : memref<?x64xf32>) outs(%q, %s, %n : memref<?x64xi8>, memref<?xf32>, memref<?x2xi32>)
  return
}

// -----

// CHECK-LABEL: @groups
// CHECK-NOT: vector.shuffle
// CHECK: vector.reduction <add>, %{{.*}} : vector<32xi32> into i32
// CHECK-NOT: vector.shuffle
// CHECK: return
func.func @groups(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?xf32>, %n: memref<?x2xi32>) {
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s, %n : memref<?x64xi8>, memref<?xf32>, memref<?x2xi32>)
  return
}

// -----

// CHECK-LABEL: @table_bf16
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: %[[WIDTH:.*]] = arith.constant 16 : index
// CHECK: %[[PANEL:.*]] = arith.divui %[[TOKEN]], %[[WIDTH]]
// CHECK: %[[COLUMN:.*]] = arith.remui %[[TOKEN]], %[[WIDTH]]
// CHECK: scf.for %[[STEP:.*]] =
// CHECK: %[[FIRST:.*]] = arith.muli %[[STEP]], %{{.*}}
// CHECK: %[[H:.*]] = memref.load %arg1[%[[PANEL]], %[[STEP]], %[[COLUMN]], %{{.*}}]
// CHECK: %[[X:.*]] = arith.extf %[[H]] : bf16 to f32
// CHECK: %[[C:.*]] = arith.addi %[[FIRST]], %{{.*}}
// CHECK: memref.store %[[X]], %arg2[%[[ROW]], %[[C]]]
// CHECK: arith.extf
// CHECK: memref.store
// CHECK-NOT: memref.store
func.func @table_bf16(%ids: memref<?xi32>, %w: memref<7x32x16x2xbf16>, %y: memref<?x64xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x32x16x2xbf16>) outs(%y : memref<?x64xf32>)
  return
}

// -----

// CHECK-LABEL: @table_int8
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[TOKEN]]]
// CHECK: scf.for
// CHECK: %[[V:.*]] = memref.load %arg1
// CHECK: %[[F:.*]] = arith.sitofp %[[V]] : i8 to f32
// CHECK: %[[X:.*]] = arith.mulf %[[F]], %[[SCALE]]
// CHECK: memref.store %[[X]], %arg3
func.func @table_int8(%ids: memref<?xi32>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %y: memref<?x64xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x64xf32>)
  return
}

// -----

// Unsigned bytes have 128 too much.
// CHECK-LABEL: @table_unsigned
// CHECK: %[[SCALE:.*]] = memref.load %arg2
// CHECK: scf.for
// CHECK: memref.load %arg1
// CHECK: %[[WORD:.*]] = arith.extui %{{.*}} : i8 to i32
// CHECK: %[[BIAS:.*]] = arith.constant 128 : i32
// CHECK: %[[V:.*]] = arith.subi %[[WORD]], %[[BIAS]]
// CHECK: %[[F:.*]] = arith.sitofp %[[V]] : i32 to f32
// CHECK: %[[X:.*]] = arith.mulf %[[F]], %[[SCALE]]
// CHECK: memref.store %[[X]], %arg3
// CHECK-COUNT-3: memref.store
// CHECK-NOT: memref.store
func.func @table_unsigned(%ids: memref<?xi32>, %w: memref<7x16x16x4xui8>, %s: memref<100xf32>, %y: memref<?x64xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x16x16x4xui8>) scales(%s : memref<100xf32>) outs(%y : memref<?x64xf32>)
  return
}

// -----

// The lower nibble of a byte is the even column; both have 8 too much and the
// scale of their group, four steps of 8 columns.
// CHECK-LABEL: @table_int4
// CHECK: scf.for %[[STEP:.*]] =
// CHECK: %[[FIRST:.*]] = arith.muli %[[STEP]], %{{.*}}
// CHECK: %[[GROUP:.*]] = arith.divui %[[FIRST]], %{{.*}}
// CHECK: %[[HALF:.*]] = memref.load %arg2[%[[PANEL:.*]], %[[GROUP]], %[[COLUMN:.*]]]
// CHECK: %[[SCALE:.*]] = arith.extf %[[HALF]] : f16 to f32
// CHECK: memref.load %arg1[%[[PANEL]], %[[STEP]], %[[COLUMN]], %{{.*}}]
// CHECK: %[[NIBBLE:.*]] = arith.andi
// CHECK: %[[EIGHT:.*]] = arith.constant 8 : i32
// CHECK: %[[V:.*]] = arith.subi %[[NIBBLE]], %[[EIGHT]]
// CHECK: %[[F:.*]] = arith.sitofp %[[V]]
// CHECK: %[[X:.*]] = arith.mulf %[[F]], %[[SCALE]]
// CHECK: memref.store %[[X]], %arg3
// CHECK: %[[FOUR:.*]] = arith.constant 4 : i32
// CHECK: arith.shrui %{{.*}}, %[[FOUR]]
// CHECK-COUNT-7: memref.store
// CHECK-NOT: memref.store
func.func @table_int4(%ids: memref<?xi32>, %w: memref<7x8x16x4xi8>, %s: memref<7x2x16xf16>, %y: memref<?x64xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x8x16x4xi8>) scales(%s : memref<7x2x16xf16>) outs(%y : memref<?x64xf32>)
  return
}

// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %s

// A block for 32 channels and a window, which goes through the sequences with
// rows in it. Three states of a warp's modes are those of the slot where the
// sequence starts in the window, else zeros. Behind the window's rows, they and
// the ones that it began with are kept if the sequence goes on; the states of
// slots are not written. Of the modes' parameters the output weights stay unread.
// CHECK: gpu.func @mixer_scan(
// CHECK-SAME: %[[KEYS:.*]]: memref<?x40xf32>, %[[VALUES:.*]]: memref<?x40xf32>, %[[TAPS:.*]]: memref<4x40xf32>, %[[SKIP:.*]]: memref<40xf32>, %[[SHIFT:.*]]: memref<?x4x40xf32>, %[[MODES:.*]]: memref<4x20x40xf32>, %[[DIAG:.*]]: memref<?x20x2x40xf32>, %[[STARTS:.*]]: memref<?xi32>, %[[SLOTS:.*]]: memref<?xi32>, %[[POSITIONS:.*]]: memref<?xi32>, %[[GATED:.*]]: memref<?x40xf32>, %[[WINDOWS:.*]]: memref<8x2x20x2x40xf32>)
// CHECK-SAME: workgroup(%[[INPUTS:.*]] : memref<16x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[RING:.*]] : memref<32x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[IMPULSE:.*]] : memref<4x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK: %[[WINDOW:.*]] = gpu.block_id y
// CHECK: arith.cmpi ult, %{{.*}}, %c40
// CHECK: %[[FIRST:.*]] = arith.muli %[[WINDOW]], %c64 : index
// CHECK: %[[LAST:.*]] = arith.addi %[[FIRST]], %c64 : index
// CHECK: %[[END:.*]] = arith.minui %[[LAST]], %{{.*}} : index
// CHECK-COUNT-6: memref.load %[[MODES]][%c{{[01]}},
// CHECK-NOT: memref.load %[[MODES]]
// CHECK: scf.for %[[S:.*]] = %c0 to
// CHECK: memref.load %[[STARTS]][%[[S]]]
// CHECK: memref.load %[[SLOTS]][%[[S]]]
// CHECK: %[[HEAD:.*]] = arith.cmpi ult, %[[FIRST]], %{{.*}} : index
// CHECK: %[[ON:.*]] = arith.cmpi ult, %[[END]], %{{.*}} : index
// CHECK: %[[ROWS:.*]] = arith.cmpi ult, %[[FROM:.*]], %[[TO:.*]] : index
// CHECK: scf.if %[[ROWS]] {
// CHECK: memref.load %[[SHIFT]]
// CHECK: %[[BEGIN:.*]]:6 = scf.if %[[HEAD]] -> (f32, f32, f32, f32, f32, f32) {
// CHECK-COUNT-6: memref.load %[[DIAG]]
// CHECK-NOT: memref.load
// CHECK: } else {
// CHECK: scf.yield %[[ZERO:.*]], %[[ZERO]], %[[ZERO]], %[[ZERO]], %[[ZERO]], %[[ZERO]] :
// CHECK: %[[STATES:.*]]:6 = scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %c16 iter_args(%{{.*}} = %[[BEGIN]]#0,
// CHECK: memref.store %{{.*}}, %[[RING]]
// CHECK: gpu.barrier
// CHECK: memref.load %[[VALUES]]
// CHECK: memref.load %[[RING]]
// CHECK: memref.load %[[IMPULSE]]
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: memref.store %[[PRODUCT]], %[[INPUTS]]
// CHECK: memref.store %[[PRODUCT]], %[[GATED]]
// CHECK: gpu.barrier
// CHECK: memref.load %[[INPUTS]]
// CHECK-NOT: gpu.barrier
// CHECK: scf.if %[[ON]] {
// CHECK: memref.store %[[BEGIN]]#0, %[[WINDOWS]][%[[WINDOW]], %c0, %{{.*}}, %c0, %{{.*}}]
// CHECK: memref.store %[[BEGIN]]#1, %[[WINDOWS]][%[[WINDOW]], %c0, %{{.*}}, %c1, %{{.*}}]
// CHECK: memref.store %[[BEGIN]]#5, %[[WINDOWS]][%[[WINDOW]], %c0,
// CHECK: memref.store %[[STATES]]#0, %[[WINDOWS]][%[[WINDOW]], %c1, %{{.*}}, %c0, %{{.*}}]
// CHECK: memref.store %[[STATES]]#5, %[[WINDOWS]][%[[WINDOW]], %c1, %{{.*}}, %c1, %{{.*}}]
// CHECK-NOT: {{memref.store|gpu.barrier}}
// CHECK: gpu.return
// CHECK: %[[UP:.*]] = arith.addi %{{.*}}, %c63 : index
// CHECK: %[[COUNT:.*]] = arith.divui %[[UP]], %c64 : index
// CHECK: gpu.launch_func @kernels::@mixer_scan blocks in (%c2, %[[COUNT]], %c1) threads in (%c256, %c1, %c1)
func.func @scan(%k: memref<?x40xf32>, %v: memref<?x40xf32>, %taps: memref<4x40xf32>, %c: memref<40xf32>, %s: memref<?x4x40xf32>,
                %modes: memref<4x20x40xf32>, %x: memref<?x20x2x40xf32>, %starts: memref<?xi32>, %slots: memref<?xi32>,
                %positions: memref<?xi32>, %g: memref<?x40xf32>, %w: memref<8x2x20x2x40xf32>) {
  h3.mixer_scan {window = 64 : i64} ins(%k, %v : memref<?x40xf32>, memref<?x40xf32>)
    shift(%taps, %c, %s : memref<4x40xf32>, memref<40xf32>, memref<?x4x40xf32>) diag(%modes, %x : memref<4x20x40xf32>, memref<?x20x2x40xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%g, %w : memref<?x40xf32>, memref<8x2x20x2x40xf32>)
  return
}

// -----

// The second half begins where the first did if the sequence starts in the
// window: with the copy if it goes on, whose last block writes the slot, else with
// the slot's states. Otherwise with what the windows from its first on lead to,
// each times dA^64, which takes six squarings. The last block of a sequence
// writes its states.
// CHECK: gpu.func @mixer_output(
// CHECK-SAME: %[[QUERIES:.*]]: memref<?x40xf32>, %[[KEYS:.*]]: memref<?x40xf32>, %[[GATED:.*]]: memref<?x40xf32>, %[[WINDOWS:.*]]: memref<8x2x20x2x40xf32>, %[[MODES:.*]]: memref<4x20x40xf32>, %[[SKIP:.*]]: memref<40xf32>, %{{.*}}: memref<?xi32>, %{{.*}}: memref<?xi32>, %{{.*}}: memref<?xi32>, %[[OUT:.*]]: memref<?x40xf32>, %[[SHIFT:.*]]: memref<?x4x40xf32>, %[[DIAG:.*]]: memref<?x20x2x40xf32>)
// CHECK-SAME: workgroup(%[[INPUTS:.*]] : memref<16x32xf32, {{.*}}, %[[SUMS:.*]] : memref<8x16x32xf32,
// CHECK: %[[WINDOW:.*]] = gpu.block_id y
// CHECK: memref.load %[[SKIP]]
// CHECK-COUNT-12: memref.load %[[MODES]]
// CHECK: %[[FROM:.*]] = arith.maxui
// CHECK: %[[HEAD:.*]] = arith.cmpi ult
// CHECK: %[[ON:.*]] = arith.cmpi ult
// CHECK: %[[BEGIN:.*]]:6 = scf.if %[[HEAD]] ->
// CHECK-NEXT: %{{.*}}:6 = scf.if %[[ON]] ->
// CHECK-COUNT-6: memref.load %[[WINDOWS]][%[[WINDOW]], %c0,
// CHECK-NOT: memref.load %[[WINDOWS]]
// CHECK: } else {
// CHECK-COUNT-6: memref.load %[[DIAG]]
// CHECK-NOT: memref.load
// CHECK: %[[START:.*]] = arith.divui %{{.*}}, %c64 : index
// CHECK-COUNT-6: memref.load %[[WINDOWS]][%[[START]], %c1,
// CHECK: %[[NEXT:.*]] = arith.addi %[[START]], %c1 : index
// CHECK: scf.for %[[W:.*]] = %[[NEXT]] to %[[WINDOW]] step %c1 iter_args
// CHECK-COUNT-6: memref.load %[[WINDOWS]][%[[W]], %c1,
// CHECK-NOT: memref.load %[[WINDOWS]]
// CHECK: %[[STATES:.*]]:6 = scf.for {{.*}} step %c16 iter_args(%{{.*}} = %[[BEGIN]]#0,
// CHECK: memref.load %[[GATED]]
// CHECK: memref.store %{{.*}}, %[[INPUTS]]
// CHECK: gpu.barrier
// CHECK: memref.store %{{.*}}, %[[SUMS]]
// CHECK: gpu.barrier
// CHECK: memref.load %[[QUERIES]]
// CHECK-COUNT-8: memref.load %[[SUMS]]
// CHECK: memref.store %{{.*}}, %[[OUT]]
// CHECK: scf.if %[[ON]] {
// CHECK-NEXT: } else {
// CHECK-COUNT-6: memref.store %{{.*}}, %[[DIAG]]
// CHECK: memref.load %[[KEYS]]
// CHECK-NEXT: memref.store %{{.*}}, %[[SHIFT]]
// CHECK-NOT: {{memref.store|gpu.barrier}}
// CHECK: gpu.return
// CHECK: gpu.launch_func @kernels::@mixer_output blocks in (%c2, %{{.*}}, %c1) threads in (%c256, %c1, %c1)
func.func @output(%q: memref<?x40xf32>, %k: memref<?x40xf32>, %g: memref<?x40xf32>, %w: memref<8x2x20x2x40xf32>, %modes: memref<4x20x40xf32>,
                  %d: memref<40xf32>, %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x40xf32>,
                  %s: memref<?x4x40xf32>, %x: memref<?x20x2x40xf32>) {
  h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : memref<?x40xf32>, memref<?x40xf32>, memref<?x40xf32>, memref<8x2x20x2x40xf32>)
    diag(%modes, %d : memref<4x20x40xf32>, memref<40xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%y, %s, %x : memref<?x40xf32>, memref<?x4x40xf32>, memref<?x20x2x40xf32>)
  return
}

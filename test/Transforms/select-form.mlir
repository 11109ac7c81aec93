// RUN: h3-opt %s --h3-select-form -split-input-file | FileCheck %s
// RUN: h3-opt %s --h3-select-form=exact=false -split-input-file | FileCheck %s --check-prefix=INEXACT
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' -split-input-file | FileCheck %s --check-prefix=FFT
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=FFTREMARK
// RUN: h3-opt %s --h3-select-form='form=direct lanes=8' -split-input-file | FileCheck %s --check-prefix=DIRECT
// RUN: h3-opt %s --h3-select-form=form=chunked -split-input-file | FileCheck %s --check-prefix=CHUNKED
// RUN: h3-opt %s --h3-select-form=form=recurrence -split-input-file | FileCheck %s --check-prefix=RECURRENCE
// RUN: h3-opt %s --h3-select-form=rows=16 -split-input-file | FileCheck %s --check-prefix=ROWS16
// RUN: h3-opt %s --h3-select-form='bandwidth=0.1 cache-bytes=65535' -split-input-file | FileCheck %s --check-prefix=MEMORY
// RUN: h3-opt %s --h3-select-form='bandwidth=0.1 cache-bytes=65536' -split-input-file | FileCheck %s --check-prefix=CACHED
// RUN: h3-opt %s --h3-select-form='bandwidth=0.1 cache-bytes=0 multiply-adds=0.5' -split-input-file | FileCheck %s --check-prefix=SLOW

// RUN: not h3-opt %s --h3-select-form=form=fourier -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFORM
// RUN: not h3-opt %s --h3-select-form=rows=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFIGURE
// RUN: not h3-opt %s --h3-select-form=rows=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFIGURE
// RUN: not h3-opt %s --h3-select-form=lanes=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFIGURE
// RUN: not h3-opt %s --h3-select-form=multiply-adds=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFIGURE
// RUN: not h3-opt %s --h3-select-form=bandwidth=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=BADFIGURE
// BADFORM: error: h3-select-form expects the form recurrence, chunked, direct or fft, found 'fourier'
// BADFIGURE: error: h3-select-form expects lanes from 1 to 64, positive rows, multiply-adds and bandwidth, and cache-bytes of at least 0

// Without states and with modes of weights, many modes are cheapest by fft; the
// spectrum is that of as many taps as there are rows, for the lanes of the
// target. It is not where the spectrum comes from slow memory, unless
// arithmetic is slower still.
// CHECK-LABEL: @weights
// CHECK: %[[M:.*]] = h3.get_parameter @modes
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x64x16xf32> -> tensor<512x16xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.diag_ssm form<fft> ins(%arg0, %[[M]], %arg1 :
// CHECK-SAME: spectrum(%[[S]] : tensor<1x512x2x16xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg3 :
// FFT-LABEL: @weights
// FFT: h3.diag_ssm form<fft>
// DIRECT-LABEL: @weights
// DIRECT: h3.conv_spectrum %{{.*}} : tensor<512x16xf32> -> tensor<2x512x2x8xf32>
// DIRECT: h3.diag_ssm form<fft>
// CHUNKED-LABEL: @weights
// CHUNKED-NOT: h3.conv_spectrum
// CHUNKED: h3.diag_ssm form<chunked>
// CHUNKED-NOT: spectrum
// CHUNKED: return
// RECURRENCE-LABEL: @weights
// RECURRENCE-NOT: h3.conv_spectrum
// RECURRENCE: h3.diag_ssm form<recurrence>
// RECURRENCE-NOT: spectrum
// RECURRENCE: return
// ROWS16-LABEL: @weights
// ROWS16: h3.conv_spectrum %{{.*}} -> tensor<1x512x2x16xf32>
// MEMORY-LABEL: @weights
// MEMORY-NOT: h3.conv_spectrum
// MEMORY: h3.diag_ssm form<chunked>
// CACHED-LABEL: @weights
// CACHED: h3.diag_ssm form<fft>
// SLOW-LABEL: @weights
// SLOW: h3.diag_ssm form<fft>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @weights(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                   %init: tensor<512x16xf32>) -> tensor<512x16xf32> {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0 : tensor<512x16xf32>
}

// -----

// Where the type has no number of rows, it is that of the option.
// CHECK-LABEL: @dynamic_rows
// CHECK: h3.conv_spectrum %{{.*}} : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.diag_ssm form<fft>
// ROWS16-LABEL: @dynamic_rows
// ROWS16: h3.conv_spectrum %{{.*}} : tensor<16x16xf32> -> tensor<1x16x2x16xf32>
// ROWS16-NEXT: h3.diag_ssm form<fft>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @dynamic_rows(%u: tensor<?x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                        %init: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0 : tensor<?x16xf32>
}

// -----

// The length of the transform is one that transforms have, and the kernel as long.
// Functions of parameters are weights as well. Blocks of lanes
// count heads, not channels.
// CHECK-LABEL: @computed_modes
// CHECK: %[[M:.*]] = h3.diag_modes
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x64x24xf32> -> tensor<1024x24xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<1024x24xf32> -> tensor<2x1024x2x16xf32>
// CHECK-NEXT: h3.diag_ssm form<fft>
// CHECK-SAME: spectrum(%[[S]] :
// DIRECT-LABEL: @computed_modes
// DIRECT: h3.conv_spectrum %{{.*}} -> tensor<3x1024x2x8xf32>
h3.parameter @c : tensor<1x24x64x2xf32> from ["c"]
h3.parameter @b : tensor<24x64x2xf32> from ["b"]
h3.parameter @dt : tensor<24xf32> from ["dt"]
h3.parameter @a : tensor<24x64xf32> from ["a"]
func.func @computed_modes(%u: tensor<1000x72xf32>, %skip: tensor<24xf32>, %starts: tensor<?xi32>,
                          %init: tensor<1000x72xf32>) -> tensor<1000x72xf32> {
  %c = h3.get_parameter @c : tensor<1x24x64x2xf32>
  %b = h3.get_parameter @b : tensor<24x64x2xf32>
  %dt = h3.get_parameter @dt : tensor<24xf32>
  %a = h3.get_parameter @a : tensor<24x64xf32>
  %modes = h3.diag_modes %c, %b, %dt, %a, %a
    : tensor<1x24x64x2xf32>, tensor<24x64x2xf32>, tensor<24xf32>, tensor<24x64xf32>, tensor<24x64xf32> -> tensor<4x64x24xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<1000x72xf32>, tensor<4x64x24xf32>, tensor<24xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<1000x72xf32>) -> tensor<1000x72xf32>
  return %0 : tensor<1000x72xf32>
}

// -----

// A few modes are cheapest by the recurrence. By fft they get the spectrum of all
// rows: the shorter blocks that cost less are up to h3-split-sequences.
// CHECK-LABEL: @few_modes
// CHECK-NOT: h3.conv_spectrum
// CHECK: h3.diag_ssm form<recurrence> ins
// FFT-LABEL: @few_modes
// FFT: %[[K:.*]] = h3.diag_kernel %{{.*}} : tensor<4x1x16xf32> -> tensor<512x16xf32>
// FFT-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// FFT-NEXT: h3.diag_ssm form<fft>
// FFT-SAME: spectrum(%[[S]] : tensor<1x512x2x16xf32>)
// FFTREMARK: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, as asked (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns, fft {{[0-9.]+}} ns in blocks of 64)"
// CHUNKED-LABEL: @few_modes
// CHUNKED: h3.diag_ssm form<chunked>
h3.parameter @modes : tensor<4x1x16xf32> from ["modes"]
func.func @few_modes(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                     %init: tensor<512x16xf32>) -> tensor<512x16xf32> {
  %modes = h3.get_parameter @modes : tensor<4x1x16xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x1x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0 : tensor<512x16xf32>
}

// -----

// Modes that are arguments have no spectrum, not even where fft is asked for. The
// tables of the chunks are made for each sequence, too much for a row or two.
// CHECK-LABEL: @argument
// CHECK-NOT: h3.diag_kernel
// CHECK: h3.diag_ssm form<chunked> ins(%arg0, %arg1, %arg2 :
// CHECK-NOT: spectrum
// CHECK: h3.diag_ssm form<recurrence> ins(%arg5,
// FFT-LABEL: @argument
// FFT-NOT: h3.diag_kernel
// FFT: h3.diag_ssm form<chunked>
// FFT-NOT: spectrum
// FFT: return
// DIRECT-LABEL: @argument
// DIRECT: h3.diag_ssm form<chunked>
// RECURRENCE-LABEL: @argument
// RECURRENCE-COUNT-2: h3.diag_ssm form<recurrence>
// CHUNKED-LABEL: @argument
// CHUNKED-COUNT-2: h3.diag_ssm form<chunked>
func.func @argument(%u: tensor<512x16xf32>, %modes: tensor<4x64x16xf32>, %skip: tensor<16xf32>,
                    %starts: tensor<?xi32>, %init: tensor<512x16xf32>, %v: tensor<2x16xf32>,
                    %short: tensor<2x16xf32>) -> (tensor<512x16xf32>, tensor<2x16xf32>) {
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = h3.diag_ssm ins(%v, %modes, %skip : tensor<2x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%short : tensor<2x16xf32>) -> tensor<2x16xf32>
  return %0, %1 : tensor<512x16xf32>, tensor<2x16xf32>
}

// -----

// What an operation that is no function of weights computes has no spectrum.
// CHECK-LABEL: @scaled_modes
// CHECK-NOT: h3.diag_kernel
// CHECK: h3.diag_ssm form<chunked>
// FFT-LABEL: @scaled_modes
// FFT-NOT: h3.diag_kernel
// FFT: h3.diag_ssm form<chunked>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @scaled_modes(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                        %init: tensor<512x16xf32>) -> tensor<512x16xf32> {
  %weight = h3.get_parameter @modes : tensor<4x64x16xf32>
  %modes = arith.addf %weight, %weight : tensor<4x64x16xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0 : tensor<512x16xf32>
}

// -----

// With states, bits that do not depend on cuts are those of the recurrence.
// Without this, chunks are cheaper. Who asks for a form gets it.
// CHECK-LABEL: @states
// CHECK-NOT: h3.conv_spectrum
// CHECK: h3.diag_ssm form<recurrence>
// CHECK-NOT: spectrum
// CHECK: return
// INEXACT-LABEL: @states
// INEXACT-NOT: h3.conv_spectrum
// INEXACT: h3.diag_ssm form<chunked>
// FFT-LABEL: @states
// FFT: %[[K:.*]] = h3.diag_kernel
// FFT: %[[S:.*]] = h3.conv_spectrum %[[K]] :
// FFT: h3.diag_ssm form<fft>
// FFT-SAME: spectrum(%[[S]] :
// CHUNKED-LABEL: @states
// CHUNKED: h3.diag_ssm form<chunked>
// DIRECT-LABEL: @states
// DIRECT: h3.diag_ssm form<recurrence>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @states(%u: tensor<?x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                  %slots: tensor<?xi32>, %positions: tensor<?xi32>, %init: tensor<?x16xf32>,
                  %state: tensor<?x64x2x16xf32>) -> (tensor<?x16xf32>, tensor<?x64x2x16xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %0, %1 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %state : tensor<?x16xf32>, tensor<?x64x2x16xf32>) -> tensor<?x16xf32>, tensor<?x64x2x16xf32>
  return %0, %1 : tensor<?x16xf32>, tensor<?x64x2x16xf32>
}

// -----

// A form that is there is kept, whatever is asked for.
// CHECK-LABEL: @given
// CHECK: h3.diag_ssm form<recurrence>
// CHECK: h3.mixer form<recurrence>
// CHECK: h3.long_conv form<direct>
// FFT-LABEL: @given
// FFT-NOT: h3.conv_spectrum
// FFT: h3.diag_ssm form<recurrence>
// FFT: h3.mixer form<recurrence>
// FFT: h3.long_conv form<direct>
// CHUNKED-LABEL: @given
// CHUNKED: h3.diag_ssm form<recurrence>
// CHUNKED: h3.mixer form<recurrence>
// CHUNKED: h3.long_conv form<direct>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
h3.parameter @kernel : tensor<512x16xf32> from ["kernel"]
func.func @given(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                 %init: tensor<512x16xf32>) -> (tensor<512x16xf32>, tensor<512x16xf32>, tensor<512x16xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %kernel = h3.get_parameter @kernel : tensor<512x16xf32>
  %0 = h3.diag_ssm form<recurrence> ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = h3.mixer form<recurrence> ins(%u, %u, %u : tensor<512x16xf32>, tensor<512x16xf32>, tensor<512x16xf32>)
    shift(%kernel, %skip : tensor<512x16xf32>, tensor<16xf32>)
    diag(%modes, %skip : tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  %2 = h3.long_conv form<direct> ins(%u, %kernel : tensor<512x16xf32>, tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0, %1, %2 : tensor<512x16xf32>, tensor<512x16xf32>, tensor<512x16xf32>
}

// -----

// A mixer has the forms of its diagonal SSM but for fft, with the same regard for
// its states.
// CHECK-LABEL: @mixer
// CHECK: h3.mixer form<chunked>
// CHECK: h3.mixer form<recurrence>
// INEXACT-LABEL: @mixer
// INEXACT-COUNT-2: h3.mixer form<chunked>
// FFT-LABEL: @mixer
// FFT-NOT: h3.conv_spectrum
// FFT-COUNT-2: h3.mixer form<chunked>
// DIRECT-LABEL: @mixer
// DIRECT: h3.mixer form<chunked>
// DIRECT: h3.mixer form<recurrence>
// RECURRENCE-LABEL: @mixer
// RECURRENCE-COUNT-2: h3.mixer form<recurrence>
// CHUNKED-LABEL: @mixer
// CHUNKED-COUNT-2: h3.mixer form<chunked>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @mixer(%q: tensor<?x16xf32>, %taps: tensor<4x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                 %slots: tensor<?xi32>, %positions: tensor<?xi32>, %init: tensor<?x16xf32>,
                 %shift: tensor<?x4x16xf32>, %diag: tensor<?x64x2x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x4x16xf32>, tensor<?x64x2x16xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %0 = h3.mixer ins(%q, %q, %q : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>)
    shift(%taps, %skip : tensor<4x16xf32>, tensor<16xf32>)
    diag(%modes, %skip : tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1, %2, %3 = h3.mixer ins(%q, %q, %q : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>)
    shift(%taps, %skip : tensor<4x16xf32>, tensor<16xf32>)
    diag(%modes, %skip : tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %shift, %diag : tensor<?x16xf32>, tensor<?x4x16xf32>, tensor<?x64x2x16xf32>)
    -> tensor<?x16xf32>, tensor<?x4x16xf32>, tensor<?x64x2x16xf32>
  return %0, %1, %2, %3 : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x4x16xf32>, tensor<?x64x2x16xf32>
}

// -----

// A short kernel is cheapest in time, a long one by fft; of a long kernel, a few
// rows meet but a few taps. The kernel stays in time. Forms of SSMs are not for
// convolutions.
// CHECK-LABEL: @conv
// CHECK-NOT: h3.conv_spectrum
// CHECK: h3.long_conv form<direct> ins(%arg0, %arg1 :
// CHECK: h3.long_conv form<fft> ins(%arg0, %arg2 :
// CHECK: h3.long_conv form<direct> ins(%arg3, %arg2 :
// FFT-LABEL: @conv
// FFT-COUNT-3: h3.long_conv form<fft>
// DIRECT-LABEL: @conv
// DIRECT-COUNT-3: h3.long_conv form<direct>
// CHUNKED-LABEL: @conv
// CHUNKED: h3.long_conv form<direct>
// CHUNKED: h3.long_conv form<fft>
// CHUNKED: h3.long_conv form<direct>
// RECURRENCE-LABEL: @conv
// RECURRENCE: h3.long_conv form<direct>
// RECURRENCE: h3.long_conv form<fft>
// RECURRENCE: h3.long_conv form<direct>
func.func @conv(%u: tensor<?x16xf32>, %short: tensor<4x16xf32>, %long: tensor<512x16xf32>, %v: tensor<8x16xf32>,
                %starts: tensor<?xi32>, %init: tensor<?x16xf32>, %few: tensor<8x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<8x16xf32>) {
  %0 = h3.long_conv ins(%u, %short : tensor<?x16xf32>, tensor<4x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.long_conv ins(%u, %long : tensor<?x16xf32>, tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %2 = h3.long_conv ins(%v, %long : tensor<8x16xf32>, tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%few : tensor<8x16xf32>) -> tensor<8x16xf32>
  return %0, %1, %2 : tensor<?x16xf32>, tensor<?x16xf32>, tensor<8x16xf32>
}

// -----

// A call transforms a kernel that is an argument, which costs half as much again:
// with 48 taps this is more than the sums in time.
// CHECK-LABEL: @transformed_kernel
// CHECK: h3.long_conv form<fft> ins(%arg0, %{{[0-9]+}} :
// CHECK: h3.long_conv form<direct> ins(%arg0, %arg1 :
h3.parameter @kernel : tensor<48x16xf32> from ["kernel"]
func.func @transformed_kernel(%u: tensor<?x16xf32>, %argument: tensor<48x16xf32>, %starts: tensor<?xi32>,
                              %init: tensor<?x16xf32>) -> (tensor<?x16xf32>, tensor<?x16xf32>) {
  %kernel = h3.get_parameter @kernel : tensor<48x16xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<?x16xf32>, tensor<48x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.long_conv ins(%u, %argument : tensor<?x16xf32>, tensor<48x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0, %1 : tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// In both directions, fft needs all rows in one block: not where their number is
// dynamic or greater than the transform.
// CHECK-LABEL: @two_sided
// CHECK: h3.long_conv form<direct> ins(%arg0,
// CHECK: h3.long_conv form<fft> ins(%arg2,
// CHECK: h3.long_conv form<direct> ins(%arg3,
// FFT-LABEL: @two_sided
// FFT: h3.long_conv form<direct> ins(%arg0,
// FFT: h3.long_conv form<fft> ins(%arg2,
// FFT: h3.long_conv form<direct> ins(%arg3,
func.func @two_sided(%dynamic: tensor<?x16xf32>, %k: tensor<512x16xf32>, %fits: tensor<512x16xf32>,
                     %longer: tensor<513x16xf32>, %starts: tensor<?xi32>)
    -> (tensor<?x16xf32>, tensor<512x16xf32>, tensor<513x16xf32>) {
  %0 = h3.long_conv ins(%dynamic, %k : tensor<?x16xf32>, tensor<512x16xf32>) reversed(%k : tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%dynamic : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.long_conv ins(%fits, %k : tensor<512x16xf32>, tensor<512x16xf32>) reversed(%k : tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%fits : tensor<512x16xf32>) -> tensor<512x16xf32>
  %2 = h3.long_conv ins(%longer, %k : tensor<513x16xf32>, tensor<512x16xf32>) reversed(%k : tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%longer : tensor<513x16xf32>) -> tensor<513x16xf32>
  return %0, %1, %2 : tensor<?x16xf32>, tensor<512x16xf32>, tensor<513x16xf32>
}

// -----

// A spectrum leaves no choice.
// CHECK-LABEL: @spectrum
// CHECK-COUNT-2: h3.long_conv form<fft>
// DIRECT-LABEL: @spectrum
// DIRECT-COUNT-2: h3.long_conv form<fft>
// CHUNKED-LABEL: @spectrum
// CHUNKED-COUNT-2: h3.long_conv form<fft>
// MEMORY-LABEL: @spectrum
// MEMORY-COUNT-2: h3.long_conv form<fft>
func.func @spectrum(%u: tensor<8x16xf32>, %s: tensor<1x64x2x16xf32>, %starts: tensor<?xi32>)
    -> (tensor<8x16xf32>, tensor<8x16xf32>) {
  %0 = h3.long_conv ins(%u, %s : tensor<8x16xf32>, tensor<1x64x2x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<8x16xf32>) -> tensor<8x16xf32>
  %1 = h3.long_conv {two_sided} ins(%u, %s : tensor<8x16xf32>, tensor<1x64x2x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<8x16xf32>) -> tensor<8x16xf32>
  return %0, %1 : tensor<8x16xf32>, tensor<8x16xf32>
}

// -----

// On memrefs there is no function of weights any more.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: h3.get_parameter
// CHECK-NEXT: h3.diag_ssm form<chunked>
// FFT-LABEL: @memrefs
// FFT-NEXT: h3.get_parameter
// FFT-NEXT: h3.diag_ssm form<chunked>
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @memrefs(%u: memref<512x16xf32>, %skip: memref<16xf32>, %starts: memref<?xi32>, %y: memref<512x16xf32>) {
  %modes = h3.get_parameter @modes : memref<4x64x16xf32>
  h3.diag_ssm ins(%u, %modes, %skip : memref<512x16xf32>, memref<4x64x16xf32>, memref<16xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<512x16xf32>)
  return
}

// -----

// Other SSMs and layers have no form. Declared in a nested region, an op gets its
// form as well, its kernel beside it.
// CHECK-LABEL: @nested
// CHECK: h3.shift_ssm ins
// CHECK: scf.if
// CHECK: h3.diag_kernel
// CHECK-NEXT: h3.conv_spectrum
// CHECK-NEXT: h3.diag_ssm form<fft>
// CHECK-NEXT: scf.yield
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @nested(%c: i1, %u: tensor<512x16xf32>, %taps: tensor<4x16xf32>, %skip: tensor<16xf32>,
                  %starts: tensor<?xi32>, %init: tensor<512x16xf32>) -> tensor<512x16xf32> {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  %0 = h3.shift_ssm ins(%u, %taps, %skip : tensor<512x16xf32>, tensor<4x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
  %1 = scf.if %c -> tensor<512x16xf32> {
    %2 = h3.diag_ssm ins(%0, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
      batch(%starts : tensor<?xi32>) outs(%init : tensor<512x16xf32>) -> tensor<512x16xf32>
    scf.yield %2 : tensor<512x16xf32>
  } else {
    scf.yield %0 : tensor<512x16xf32>
  }
  return %1 : tensor<512x16xf32>
}

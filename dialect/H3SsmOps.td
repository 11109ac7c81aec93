//===- H3SsmOps.td - State-space models --------------------*- tablegen -*-===//

#ifndef H3_SSM_OPS
#define H3_SSM_OPS

include "H3OpBase.td"

/// A sequence of inputs and the states of all sequences in, the sequence of
/// outputs and the new states out. Without states, sequences start from zero and
/// their last states are dropped: the canonical form where states are zeros before
/// and nothing uses those behind.
class H3_StatefulOp<string mnemonic, int numStates>
    : H3_LayerOp<mnemonic, [AttrSizedOperandSegments]> {
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = getOutputMutable().getOperandNumber();
      return ::mlir::MutableOperandRange(
          getOperation(), first, getOperation()->getNumOperands() - first);
    }
    /// True where sequences go on from states.
    bool hasStates() {
      return getDpsInitsMutable().size() == }] # !add(numStates, 1) # [{;
    }
  }];
}

def H3_ShiftSsmOp : H3_StatefulOp<"shift_ssm", 1> {
  let summary = "a shift SSM, one per channel";
  let description = [{
    `output[t] = sum_n taps[n] input[t - n] + skip input[t]`, channel by channel, the
    inputs before a sequence's first row taken from its state. `state[p, n, c]` is a
    ring: the input at position `q` of the sequence in slot `p` stands at
    `n = q mod N`. A slot starts as zeros. Without `state`, the inputs before the
    first are zeros.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `taps` is N x C.
    - (C3) `skip` has C values.
    - (C4) `state` is P x N x C.
    - (C5) `slots` and `positions` come with `state`, and not without.

    ```mlir
    %y, %s1 = h3.shift_ssm
      ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Matrix:$taps, H3_Vector:$skip,
                       H3_Indices:$starts, Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions, H3_Matrix:$output,
                       Optional<H3_Cube>:$state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `,` $taps `,` $skip `:`
    type($input) `,` type($taps) `,` type($skip) `)`
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $state^)? `:` type($output) (`,` type($state)^)? `)`
    (`->` type($results)^)?
  }];
}

def H3_DiagSsmOp : H3_StatefulOp<"diag_ssm", 1> {
  let summary = "a diagonal SSM, one per head";
  let description = [{
    `x[m] <- dA[m] x[m] + input[t]`, `output[t] = Re sum_m w[m] x[m] + skip
    input[t]`, with the modes of `h3.diag_modes`. The C channels of a row are `C / H`
    planes of H heads, and channel `c` uses the SSM of head `c mod H`.
    `state[p, m, 0 or 1, c]` is the real or imaginary part of `x[m]` of channel `c`
    of the sequence in slot `p`. A slot starts as zeros. Without `state`, every
    sequence starts from zero.

    The `form` says how; what it computes is the same up to rounding:

    - `recurrence` (where none is given): row after row, a few modes in registers
      at a time. The bits do not depend on how a sequence is cut into steps.
    - `chunked`: chunks of 16 rows on a grid that starts at position 0. Inside of
      a chunk a convolution with the first 16 values of the kernel, between chunks
      the state. The bits do not depend on cuts on the grid.
    - `fft`: blocks of n rows, convolved through `spectrum`
      (`h3.conv_spectrum` of the `h3.diag_kernel` of these modes, n rows long),
      the states beside it.

    - (C1) `output` has the shape of `input`, T x C.
    - (C2) `modes` is 4 x M x H, and H divides C.
    - (C3) `skip` has H values.
    - (C4) `state` is P x M x 2 x C.
    - (C5) `slots` and `positions` come with `state`, and not without.
    - (C6) `spectrum` comes with the form `fft`, and not without; it is B x n x 2 x W
      with B = ceil(H / W) and n a length that transforms have.
    - (C7) the form is `recurrence`, `chunked` or `fft`.

    ```mlir
    %y, %s1 = h3.diag_ssm form<chunked>
      ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Cube:$modes, H3_Vector:$skip,
                       Optional<H3_Quad>:$spectrum, H3_Indices:$starts,
                       Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions,
                       OptionalAttr<H3_FormAttr>:$form, H3_Matrix:$output,
                       Optional<H3_Quad>:$state);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $input `,` $modes `,` $skip `:`
    type($input) `,` type($modes) `,` type($skip) `)`
    (`spectrum` `(` $spectrum^ `:` type($spectrum) `)`)?
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $state^)? `:` type($output) (`,` type($state)^)? `)`
    (`->` type($results)^)?
  }];
}

def H3_MixerOp : H3_StatefulOp<"mixer", 2> {
  let summary = "the H3 mixer for heads of width 1, in one pass over memory";
  let description = [{
    `output = queries . diag_ssm(shift_ssm(keys) . values)`, channel by channel: H3
    (arXiv 2212.14052, section 3.2) with `taps` and `key_skip` as in
    `h3.shift_ssm`, `modes`, `skip` and `form` as in `h3.diag_ssm`.

    - (C1) `keys`, `values` and `output` have the shape of `queries`, T x C.
    - (C2) `taps` is N x C, `key_skip` and `skip` have C values, and `modes` is 4 x M
      x C.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) both states, `slots` and `positions` are there, or none of them is.
    - (C5) the form is `recurrence` or `chunked`.

    ```mlir
    %y, %s1, %x1 = h3.mixer form<recurrence>
      ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
      shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>)
      diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$keys, H3_Matrix:$values,
                       H3_Matrix:$taps, H3_Vector:$key_skip, H3_Cube:$modes,
                       H3_Vector:$skip, H3_Indices:$starts,
                       Optional<H3_Indices>:$slots,
                       Optional<H3_Indices>:$positions,
                       OptionalAttr<H3_FormAttr>:$form, H3_Matrix:$output,
                       Optional<H3_Cube>:$shift_state,
                       Optional<H3_Quad>:$diag_state);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $queries `,` $keys `,` $values `:`
    type($queries) `,` type($keys) `,` type($values) `)`
    `shift` `(` $taps `,` $key_skip `:` type($taps) `,` type($key_skip) `)`
    `diag` `(` $modes `,` $skip `:` type($modes) `,` type($skip) `)`
    `batch` `(` $starts (`,` $slots^ `,` $positions)? `:`
    type($starts) (`,` type($slots)^ `,` type($positions))? `)`
    `outs` `(` $output (`,` $shift_state^ `,` $diag_state)? `:`
    type($output) (`,` type($shift_state)^ `,` type($diag_state))? `)`
    (`->` type($results)^)?
  }];
}

/// All operands from the first `outs` operand on are written.
class H3_WindowOp<string mnemonic, string firstInit> : H3_LayerOp<mnemonic> {
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      unsigned first = get}] # firstInit # [{Mutable().getOperandNumber();
      return ::mlir::MutableOperandRange(
          getOperation(), first, getOperation()->getNumOperands() - first);
    }
  }];
}

def H3_MixerScanOp : H3_WindowOp<"mixer_scan", "Gated"> {
  let summary = "the first half of a mixer over windows of rows";
  let description = [{
    A mixer whose rows are cut into windows of `window` rows of the step, whatever
    sequence they belong to, so that all windows can be worked on at once. This half
    computes `gated = shift_ssm(keys) . values` and, of the sequence that goes on
    behind window `i`, the state that the rows of the window alone lead to:
    `window_states[i, 1]`, from the state before this step, which is kept in
    `window_states[i, 0]`, where the sequence starts in the window, otherwise from
    zero. `h3.mixer_output` is the other half, and writes the states.

    - (C1) `values` and `gated` have the shape of `keys`, T x C.
    - (C2) `taps` is N x C, `key_skip` has C values, and `modes` is 4 x M x C.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) `window_states` is W x 2 x M x 2 x C.
    - (C5) `window` is a positive power of two.

    ```mlir
    %g, %e = h3.mixer_scan {window = 64 : i64}
      ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
      shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>)
      diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$keys, H3_Matrix:$values, H3_Matrix:$taps,
                       H3_Vector:$key_skip, H3_Cube:$shift_state,
                       H3_Cube:$modes, H3_Quad:$diag_state, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$window, H3_Matrix:$gated,
                       H3_WindowStates:$window_states);
  let assemblyFormat = [{
    attr-dict `ins` `(` $keys `,` $values `:` type($keys) `,` type($values) `)`
    `shift` `(` $taps `,` $key_skip `,` $shift_state `:`
    type($taps) `,` type($key_skip) `,` type($shift_state) `)`
    `diag` `(` $modes `,` $diag_state `:` type($modes) `,` type($diag_state) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $gated `,` $window_states `:` type($gated) `,`
    type($window_states) `)` (`->` type($results)^)?
  }];
}

def H3_MixerOutputOp : H3_WindowOp<"mixer_output", "Output"> {
  let summary = "the second half of a mixer over windows of rows";
  let description = [{
    `output = queries . diag_ssm(gated)`, with `gated` and `window_states` of
    `h3.mixer_scan`: each window goes on from the states of those before it. Writes
    both states of all sequences, the shift state from `keys`.

    - (C1) `keys`, `gated` and `output` have the shape of `queries`, T x C.
    - (C2) `modes` is 4 x M x C and `skip` has C values.
    - (C3) `shift_state` is P x N x C and `diag_state` P x M x 2 x C.
    - (C4) `window_states` is W x 2 x M x 2 x C.
    - (C5) `window` is a positive power of two.

    ```mlir
    %y, %s1, %x1 = h3.mixer_output {window = 64 : i64}
      ins(%q, %k, %g, %e : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
      diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
      -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$keys, H3_Matrix:$gated,
                       H3_WindowStates:$window_states, H3_Cube:$modes,
                       H3_Vector:$skip, H3_Indices:$starts, H3_Indices:$slots,
                       H3_Indices:$positions, I64Attr:$window,
                       H3_Matrix:$output, H3_Cube:$shift_state,
                       H3_Quad:$diag_state);
  let assemblyFormat = [{
    attr-dict `ins` `(` $queries `,` $keys `,` $gated `,` $window_states `:`
    type($queries) `,` type($keys) `,` type($gated) `,` type($window_states) `)`
    `diag` `(` $modes `,` $skip `:` type($modes) `,` type($skip) `)`
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `,` $shift_state `,` $diag_state `:`
    type($output) `,` type($shift_state) `,` type($diag_state) `)`
    (`->` type($results)^)?
  }];
}

def H3_HeadExpandOp : H3_LayerOp<"head_expand"> {
  let summary = "the outer product of keys and values in each head";
  let description = [{
    With `D = head_dim` and `H = C / D` heads, `output[t, (i * D + j) * H + h] =
    keys[t, h * D + i] values[t, h * D + j]`: D x D planes of H heads, heads last.
    For `head_dim = 1` this is the product of the two.

    - (C1) `values` has the shape of `keys`, T x C.
    - (C2) `head_dim` is positive and divides C.
    - (C3) `output` has C * `head_dim` columns.

    ```mlir
    %0 = h3.head_expand {head_dim = 4 : i64}
           ins(%k, %v : tensor<?x48xf32>, tensor<?x48xf32>)
           outs(%init : tensor<?x192xf32>) -> tensor<?x192xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$keys, H3_Matrix:$values, I64Attr:$head_dim,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $keys `,` $values `:` type($keys) `,` type($values) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_HeadContractOp : H3_LayerOp<"head_contract"> {
  let summary = "queries applied to the planes of each head";
  let description = [{
    `output[t, j * H + h] = sum_i queries[t, h * D + i] planes[t, (i * D + j) * H + h]`,
    with the planes of `h3.head_expand`. The order of the output channels is that
    of the reference implementation.

    - (C1) `output` has the shape of `queries`, T x C.
    - (C2) `head_dim` is positive and divides C.
    - (C3) `planes` has C * `head_dim` columns.

    ```mlir
    %0 = h3.head_contract {head_dim = 4 : i64}
           ins(%q, %y : tensor<?x48xf32>, tensor<?x192xf32>)
           outs(%init : tensor<?x48xf32>) -> tensor<?x48xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$queries, H3_Matrix:$planes, I64Attr:$head_dim,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $queries `,` $planes `:` type($queries) `,` type($planes) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

#endif // H3_SSM_OPS

//===- H3AttentionOps.td - Attention over a cache ----------*- tablegen -*-===//

#ifndef H3_ATTENTION_OPS
#define H3_ATTENTION_OPS

include "H3OpBase.td"

def H3_CacheKeysOp : H3_LayerOp<"cache_keys"> {
  let summary = "append keys and values to the cache of their sequences";
  let description = [{
    `qkv[t]` holds the queries, keys and values of a row, C channels each. The keys
    and values of row `t` go to `cache[slot, 0, q, :]` and `cache[slot, 1, q, :]`, where `q`
    is the row's position in its sequence. With `rotary` (R / 2 inverse frequencies), the first
    R features of every key are rotated by halves: `a' = a cos - b sin`, `b' = a sin + b
    cos` with the angle `q * rotary[m]`.

    - (C1) `qkv` has 3 C columns and `heads` divides C.
    - (C2) `cache` is P x 2 x L x C.
    - (C3) twice the number of `rotary` frequencies is at most the width of a head.

    ```mlir
    %c1 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %seq : tensor<?x192xf32>, tensor<?xi32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%c : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$qkv, H3_Indices:$sequences,
                       Optional<H3_Vector>:$rotary, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$heads, H3_Quad:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $qkv `,` $sequences `:` type($qkv) `,` type($sequences) `)`
    (`rotary` `(` $rotary^ `:` type($rotary) `)`)?
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_AttentionOp : H3_LayerOp<"attention"> {
  let summary = "causal attention over the cache";
  let description = [{
    `output[t] = softmax(q . K^T / sqrt(head width)) V` for each head, over the cached
    positions 0 to that of row `t`, its own included, which `h3.cache_keys` has
    stored before. Queries are the first C columns of `qkv`, rotated like the keys. The sum over positions runs in blocks
    on a grid that starts at position 0, so that a row's bits do not depend on
    how its sequence was cut into steps.

    - (C1) `qkv` has 3 C columns and `heads` divides C.
    - (C2) `cache` is P x 2 x L x C.
    - (C3) twice the number of `rotary` frequencies is at most the width of a head.
    - (C4) `output` is T x C.

    ```mlir
    %0 = h3.attention {heads = 4 : i64}
      ins(%qkv, %cache, %seq : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
      batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$qkv, H3_Quad:$cache, H3_Indices:$sequences,
                       Optional<H3_Vector>:$rotary, H3_Indices:$starts,
                       H3_Indices:$slots, H3_Indices:$positions,
                       I64Attr:$heads, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $qkv `,` $cache `,` $sequences `:`
    type($qkv) `,` type($cache) `,` type($sequences) `)`
    (`rotary` `(` $rotary^ `:` type($rotary) `)`)?
    `batch` `(` $starts `,` $slots `,` $positions `:`
    type($starts) `,` type($slots) `,` type($positions) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

#endif // H3_ATTENTION_OPS

// answers.go: answers of several nodes as one sequence.

package namespace

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/everwire/everwire/adapter"
)

// answersOf yields the answers that apply gives. Its error comes last, unless the loop
// was left or ctx has ended.
func answersOf(ctx context.Context, op *adapter.Op,
	apply func(context.Context, *adapter.Op, func(adapter.Answer) error) error,
) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		errLeft := errors.New("loop was left")
		err := apply(ctx, op, func(a adapter.Answer) error {
			if !yield(a, nil) {
				return errLeft
			}
			return nil
		})
		if err != nil && !errors.Is(err, errLeft) {
			yield(adapter.Answer{}, named(ctx, err))
		}
	}
}

// answersFrom yields the answers of other nodes.
func answersFrom(ctx context.Context, a adapter.Adapter, op *adapter.Op) iter.Seq2[adapter.Answer, error] {
	return func(yield func(adapter.Answer, error) bool) {
		for answer, err := range a.Ask(ctx, op) {
			if !yield(answer, named(ctx, err)) {
				return
			}
		}
	}
}

// named returns the error of this package for one that comes of the end of ctx.
func named(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	if missing := (*adapter.MissingError)(nil); errors.As(err, &missing) {
		return errors.Join(ctxError(ctx), missing)
	}
	return ctxError(ctx)
}

// merge yields what the sources yield, as it comes.
func merge(sources []iter.Seq2[adapter.Answer, error]) iter.Seq2[adapter.Answer, error] {
	type item struct {
		answer adapter.Answer
		err    error
	}
	return func(yield func(adapter.Answer, error) bool) {
		items, left := make(chan item), make(chan struct{})
		var running sync.WaitGroup
		for _, source := range sources {
			// Owned by the loop, and ends with it; blocks on its source and on the loop.
			running.Go(func() {
				for a, err := range source {
					select {
					case items <- item{a, err}:
					case <-left:
						return
					}
				}
			})
		}
		// Owned by the loop; ends with the last of the sources, which end with it.
		go func() {
			running.Wait()
			close(items)
		}()
		defer close(left)
		for i := range items {
			if !yield(i.answer, i.err) {
				return
			}
		}
	}
}

// export_test.go: what tests need to see.

package redis

// Want subscribes to a channel of a shard, tells how that went, and returns what ends it.
func (c *Cluster) Want(channel string, tell func(error)) (stop func()) {
	h, err := c.enter()
	t := topic{sharded, channel}
	if err == nil {
		err = h.want(t, want{handler: func(string, string) {}})
	}
	tell(err)
	return func() { h.drop(t); c.leave() }
}

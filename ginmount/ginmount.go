// Package ginmount mounts an Everwire server in a Gin router. It is the only
// package of the library that imports Gin.
package ginmount

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// Mount has h serve path and everything below it, with any method. Middlewares of
// r run before it; they must not read the request's body, nor buffer or compress
// the answer.
//
//	ginmount.Mount(router, "/socket.io", srv)
func Mount(r gin.IRouter, path string, h http.Handler) {
	r.Any(strings.TrimSuffix(path, "/")+"/*any", func(c *gin.Context) {
		// Nothing of c is kept: Gin uses it again for the next request.
		h.ServeHTTP(c.Writer, c.Request)
	})
}

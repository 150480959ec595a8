// Package ginmount mounts an Everwire server in a Gin router. It is the only
// package of the library that imports Gin.
package ginmount

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// Mount has h serve path, with and without a trailing slash, and everything below it,
// with any method. Middlewares of r run before it; the headers that they set are in
// every answer, and in that to the handshake of a WebSocket. They must not read the
// request's body, nor buffer or compress the answer.
//
//	ginmount.Mount(router, "/socket.io", srv)
//
// To have the path alone be 404, as the official server has it, register path+"/*any"
// yourself, and set gin.Engine.RedirectTrailingSlash to false.
func Mount(r gin.IRouter, path string, h http.Handler) {
	path = strings.TrimSuffix(path, "/")
	serve := func(c *gin.Context) {
		// Nothing of c is kept: Gin uses it again for the next request.
		h.ServeHTTP(c.Writer, c.Request)
	}
	if path != "" { // else the other route is that of the path too
		r.Any(path, serve)
	}
	r.Any(path+"/*any", serve)
}

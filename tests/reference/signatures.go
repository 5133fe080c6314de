// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
)

// Prints the standard functions with the fields of their arguments, a line each.
func printSignatures() {
	all := ottlfuncs.StandardFuncs[any]()
	root := ottlfuncs.NewIsRootSpanFactory()
	lines := []string{root.Name() + "()"}
	for _, f := range all {
		lines = append(lines, signature(f))
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
}

func signature(f ottl.Factory[any]) string {
	arguments := f.CreateDefaultArguments()
	var fields []string
	if arguments != nil {
		t := reflect.TypeOf(arguments).Elem()
		for i := 0; i < t.NumField(); i++ {
			kind := strings.ReplaceAll(t.Field(i).Type.String(), "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl.", "ottl.")
			fields = append(fields, t.Field(i).Name+" "+kind)
		}
	}
	return f.Name() + "(" + strings.Join(fields, ", ") + ")"
}

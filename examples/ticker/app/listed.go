// listed.go: what is traded and who plays; all of it is made up.

package app

import "strings"

// places and trades make a thousand names.
var places = strings.Fields(`
	Alder Birch Cedar Dover Elm Fairway Granite Harbour Ivory Juniper
	Kestrel Lantern Meridian Northern Orchard Pilot Quartz Ridge Silver Thistle
	Umber Velvet Willow Yarrow Zenith Amber Beacon Cobalt Delta Ember
	Falcon Glacier Heron Indigo Jasper Keystone Lighthouse Marble Nimbus Opal`)

var trades = []struct{ name, sector string }{
	{"Foods", "Goods"}, {"Textiles", "Goods"}, {"Toys", "Goods"}, {"Home", "Goods"},
	{"Energy", "Energy"}, {"Solar", "Energy"}, {"Wind", "Energy"}, {"Grid", "Energy"},
	{"Shipping", "Transport"}, {"Rail", "Transport"}, {"Air", "Transport"}, {"Cargo", "Transport"}, {"Ferries", "Transport"},
	{"Software", "Technology"}, {"Chips", "Technology"}, {"Networks", "Technology"}, {"Robotics", "Technology"},
	{"Pharma", "Health"}, {"Clinics", "Health"}, {"Devices", "Health"}, {"Labs", "Health"},
	{"Bank", "Finance"}, {"Mutual", "Finance"}, {"Capital", "Finance"}, {"Insurance", "Finance"},
}

// listed returns the instruments, mixed: neighbours on the board have nothing in common.
func listed() []Instrument {
	all := make([]Instrument, 0, instruments)
	taken := map[string]bool{}
	for i := range instruments {
		place, trade := places[i%len(places)], trades[(i+i/len(places))%len(trades)]
		all = append(all, Instrument{Symbol: symbol(place, trade.name, taken), Name: place + " " + trade.name, Sector: trade.sector})
	}
	return all
}

// symbol takes two letters of each name: the first, and one that makes it nobody else's.
func symbol(place, trade string, taken map[string]bool) string {
	for i := 1; i < len(place); i++ {
		for j := 1; j < len(trade); j++ {
			s := strings.ToUpper(place[:1] + place[i:i+1] + trade[:1] + trade[j:j+1])
			if !taken[s] {
				taken[s] = true
				return s
			}
		}
	}
	panic("no symbol is left for " + place + " " + trade) // a test makes all of them
}

func fixtures() []Match {
	teams := strings.Split("Harbour Town, Ferry Lane, Northgate, Old Mill, Lantern Hill, Westbrook, Saltmarsh, Quay United, Birchwood, Eastfield, Castle Row, Riverside", ", ")
	var all []Match
	for i := range len(teams) / 2 {
		all = append(all, Match{ID: i, Home: teams[2*i], Away: teams[2*i+1]})
	}
	return all
}

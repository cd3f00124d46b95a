module example.com/hungry

go 1.25

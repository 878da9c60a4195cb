"""The history: invented children whose totals are the published ones, told as 31 provinces and 新疆兵团 would report them."""

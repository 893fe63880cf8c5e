cd /tmp/p1m; python3 mut.py d.py > d.out 2>&1

taskdef order.json
